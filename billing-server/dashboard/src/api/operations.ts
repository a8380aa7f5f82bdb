import { useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import type { DayRange } from './model';

const FIVE_MINUTES_MS = 5 * 60_000;

/** The tools that were used in a range of days; nothing is asked while it is not known. */
export function useUsedOperations(range: DayRange | null) {
  return useQuery({
    queryKey: keys.operations,
    queryFn: async ({ signal }) => {
      const query = { ...range, group: 'operation' };
      const body = await answer(client.GET('/api/billing/usage', { params: { query }, signal }));
      return body.buckets.flatMap(({ operation }) => operation ?? []).sort();
    },
    enabled: range !== null,
    staleTime: FIVE_MINUTES_MS,
  });
}
