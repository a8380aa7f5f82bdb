import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '~/api/errors';
import type { Payment } from '~/api/model';
import { paymentQuery } from '~/api/payments';
import { useElapsed } from '~/lib/useElapsed';
import { pauseMs } from '~/lib/wait';

/** So long the person may wait before the page; later the server still tells, and is asked less often. */
const PATIENCE_MS = 2 * 60_000;
const AFTERWARDS_MS = 30_000;

/** A refusal may be the one of an attempt before this: it is believed once the provider must have been asked. */
const DOUBT_MS = 3_000;

/** Refused by the bank, called off, or too late. */
export type Ending = 'refused' | 'canceled' | 'expired';

export type Outcome =
  /** Nothing final yet. */
  | { kind: 'checking'; payment: Payment | null; isUnreachable: boolean }
  /** The bank, or one of our people, is at it; waiting is of no use. */
  | { kind: 'slow'; payment: Payment }
  /** After all the waiting nobody has been paid. */
  | { kind: 'unfinished'; payment: Payment }
  | { kind: 'succeeded'; payment: Payment }
  /** Nothing was credited. */
  | { kind: 'unpaid'; payment: Payment; ending: Ending }
  | { kind: 'unknown' };

/** How a payment ends, by the server's word alone. */
export function useOutcome(provider: string, id: string): Outcome {
  const [openedAt] = useState(Date.now);
  const isSlow = useElapsed(PATIENCE_MS);
  const { data, error, dataUpdatedAt, errorUpdatedAt } = useQuery({
    ...paymentQuery(provider, id),
    enabled: id !== '',
    refetchInterval: ({ state }) => {
      if (isOver(state.data) || isMissing(state.error)) return false;
      const since = Date.now() - openedAt;
      return since < PATIENCE_MS ? pauseMs(since) : AFTERWARDS_MS;
    },
  });

  if (id === '' || (!data && isMissing(error))) return { kind: 'unknown' };
  if (data?.status === 'succeeded') return { kind: 'succeeded', payment: data };
  if (data?.needsReview) return { kind: 'slow', payment: data };
  const ending = data && endingOf(data);
  // A payment that is open may have been refused before: only a later look tells.
  if (ending && (isOver(data) || dataUpdatedAt - openedAt >= DOUBT_MS)) {
    return { kind: 'unpaid', payment: data, ending };
  }
  if (isSlow && data?.status === 'processing') return { kind: 'slow', payment: data };
  // Not `error`: that is gone while it is asked anew.
  const isUnreachable = errorUpdatedAt > dataUpdatedAt;
  if (isSlow && data && !isUnreachable) return { kind: 'unfinished', payment: data };
  return { kind: 'checking', payment: data ?? null, isUnreachable };
}

function isOver(payment: Payment | undefined): boolean {
  return payment !== undefined && payment.status !== 'pending' && payment.status !== 'processing';
}

function endingOf({ status, failure }: Payment): Ending | null {
  if (status === 'canceled' || status === 'expired') return status;
  // A pending one is open still; but its card was declined, and nobody pays it from here.
  return status === 'failed' || (status === 'pending' && failure) ? 'refused' : null;
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
