import { useQuery } from '@tanstack/react-query';
import { type Micros, toDecimal } from '~/lib/money';
import { answer, client } from './client';
import { ApiError } from './errors';
import { keys } from './keys';
import { parseQuote } from './parse';

/** A quote with less time left is replaced: the person has to read it and to press the button. */
const LEAST_TIME_LEFT_MS = 2 * 60_000;
const SOONEST_MS = 10_000;

/** What an amount in hryvnias is credited. It is asked for anew before it expires. */
export function useQuote(amountUah: Micros | null) {
  const amount = amountUah === null ? '' : toDecimal(amountUah);
  return useQuery({
    queryKey: keys.quote(amount),
    queryFn: async ({ signal }) =>
      parseQuote(await answer(client.POST('/api/billing/quote', { body: { amount_uah: amount }, signal }))),
    enabled: amountUah !== null,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state: { data, error } }) => {
      if (data) return Math.max(Date.parse(data.validUntil) - LEAST_TIME_LEFT_MS - Date.now(), SOONEST_MS);
      // Too many quotes: the server says when there may be one again.
      const wait = error instanceof ApiError ? error.retryAfterSeconds : null;
      return wait !== null && Math.max(wait * 1000, SOONEST_MS);
    },
  });
}
