import { type ReactNode, useEffect, useState } from 'react';
import { useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { Button } from '~/ui/Button';
import type { Attempt } from './useAttempt';

interface PayButtonProps {
  attempt: Attempt;
  isCounting: boolean;
  isReady?: boolean;
  onPay: () => void;
  children: ReactNode;
}

/** The one button that pays; what it is at is its label. */
export function PayButton({ attempt, isCounting, isReady = true, onPay, children }: PayButtonProps) {
  const texts = useTexts(topupTexts).pay;
  const secondsLeft = useSecondsUntil(attempt.blockedUntil);
  const isAtWork = attempt.phase !== 'idle';
  const label = () => {
    if (attempt.phase !== 'idle') return texts.phases[attempt.phase];
    if (secondsLeft > 0) return texts.again(secondsLeft);
    return isCounting ? texts.counting : children;
  };
  return (
    <Button
      variant="primary"
      className="w-full"
      busy={isAtWork || isCounting}
      disabled={secondsLeft > 0 || !isReady}
      onClick={onPay}
    >
      {label()}
    </Button>
  );
}

function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(Date.now);
  const isOver = moment === null || now >= moment;
  useEffect(() => {
    setNow(Date.now());
    if (moment === null || isOver) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [moment, isOver]);
  return moment === null ? 0 : Math.max(Math.ceil((moment - now) / 1_000), 0);
}
