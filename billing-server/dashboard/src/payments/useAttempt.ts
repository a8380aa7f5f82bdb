import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '~/api/errors';
import type { StartedPayment } from '~/api/model';
import { createPayment, type PaymentOrder } from '~/api/payments';
import { useI18n } from '~/i18n';
import { pauseMs } from '~/lib/wait';

const MOST_REPEATS = 6;

export type Phase = 'idle' | 'starting' | 'confirming' | 'checking' | 'leaving';

/** One wish to pay. Its key is made once, so that it is one payment however often the network fails. */
interface Wish {
  order: PaymentOrder;
  key: string;
  payment: StartedPayment | null;
}

export interface Attempt {
  phase: Phase;
  /** Why the last press of the button led to nothing. */
  error: unknown;
  /** Until when the server takes no more attempts. */
  blockedUntil: number | null;
  /** One press of the button. Another one while it is at work does nothing. */
  run: (steps: () => Promise<void>) => Promise<void>;
  /** The payment for an order: a new one, or the one of this wish that was not paid yet. */
  start: (order: PaymentOrder) => Promise<StartedPayment>;
  enter: (phase: Phase) => void;
  /** The next press is another payment, and what went wrong with this one is no matter any more. */
  forget: () => void;
  /** Whether the person is still here; whoever has left does not go on paying. */
  isHere: () => boolean;
}

export function useAttempt(): Attempt {
  const [phase, enter] = useState<Phase>('idle');
  const [error, setError] = useState<unknown>(null);
  const [blockedUntil, setBlockedUntil] = useState<number | null>(null);
  const wish = useRef<Wish | null>(null);
  const isRunning = useRef(false);
  const isHere = useRef(true);
  const creation = useCreation();
  const cache = useQueryClient();

  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  const forget = useCallback(() => {
    wish.current = null;
    setError(null);
  }, []);

  const fail = (cause: unknown) => {
    const refusal = cause instanceof ApiError ? cause : null;
    if (refusal && isFinal(refusal)) forget();
    // The next quote comes at once; what is to be paid is then read before it is paid.
    if (refusal?.code.startsWith('QUOTE_')) cache.invalidateQueries({ queryKey: ['quote'] });
    const seconds = refusal?.status === 429 ? refusal.retryAfterSeconds : null;
    setBlockedUntil(seconds === null ? null : Date.now() + seconds * 1000);
    setError(cause);
    enter('idle');
  };

  return {
    phase: phase === 'starting' && creation.failureCount > 0 ? 'checking' : phase,
    error,
    blockedUntil,
    run: async (steps) => {
      if (isRunning.current) return;
      isRunning.current = true;
      setError(null);
      await steps().catch(fail);
      isRunning.current = false;
    },
    start: async (order) => {
      enter('starting');
      if (!wish.current || !isSame(wish.current.order, order)) {
        wish.current = { order, key: newKey(), payment: null };
      }
      const current = wish.current;
      current.payment ??= await creation.mutateAsync(current);
      return isHere.current ? current.payment : new Promise(() => undefined);
    },
    enter,
    forget,
    isHere: () => isHere.current,
  };
}

function useCreation() {
  const { language } = useI18n();
  return useMutation({
    mutationFn: ({ order, key }: Wish) => createPayment(order, key, language),
    networkMode: 'always',
    retry: (failures, error) => failures < MOST_REPEATS && error instanceof ApiError && isUnknown(error),
    // As if 0, 1, 3, 6, 11… seconds had gone by since the first.
    retryDelay: (failures) => pauseMs((failures * (failures + 1) * 1_000) / 2),
  });
}

/** Nobody knows whether the payment was made: the same question gets its answer. */
function isUnknown({ status, code }: ApiError): boolean {
  return status === 0 || status === 504 || code === 'PAYMENT_IN_PROGRESS';
}

/** The server will not start this payment, however often it is asked. */
function isFinal(error: ApiError): boolean {
  return !error.isRetryable && !isUnknown(error) && error.status !== 429 && error.status !== 401;
}

function isSame(a: PaymentOrder, b: PaymentOrder): boolean {
  return a.provider.id === b.provider.id && a.amount === b.amount;
}

/** `crypto.randomUUID` is not there on plain http beyond this machine. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
