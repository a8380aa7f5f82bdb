import { useEffect, useRef, useState } from 'react';
import { type Micros, subtract } from '~/lib/money';

const SHOWN_MS = 4_000;

/** By how much the balance has just changed; null again after a few seconds. */
export function useBalanceChange(
  available: Micros | undefined,
  tell: (change: Micros) => void,
): Micros | null {
  const before = useRef(available);
  const telling = useRef(tell);
  const [change, setChange] = useState<Micros | null>(null);

  useEffect(() => {
    telling.current = tell;
  });

  useEffect(() => {
    const last = before.current;
    before.current = available;
    if (last === undefined || available === undefined || last === available) return;
    const delta = subtract(available, last);
    setChange(delta);
    telling.current(delta);
    const timer = window.setTimeout(() => setChange(null), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [available]);

  return change;
}
