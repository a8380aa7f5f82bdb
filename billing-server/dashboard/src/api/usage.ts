import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import type { DayRange } from './model';
import { parseUsage } from './parse';

/** What was spent by day and tool; without a range, on the last 30 days of the account's zone. */
export function useUsage(range?: DayRange) {
  return useQuery({
    queryKey: keys.usage(range),
    queryFn: async ({ signal }) => {
      const query = { ...range, group: 'day,operation' };
      return parseUsage(await answer(client.GET('/api/billing/usage', { params: { query }, signal })));
    },
    // A longer or shorter period is shown once it is there; until then the chart stays.
    placeholderData: keepPreviousData,
  });
}
