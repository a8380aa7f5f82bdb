import { useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import { parseHistory } from './parse';

/** How many lines the overview shows. */
export const RECENT_COUNT = 5;

/** The newest lines of the history; live updates add to them. */
export function useRecent() {
  return useQuery({
    queryKey: keys.recent,
    queryFn: async ({ signal }) => {
      const query = { limit: RECENT_COUNT };
      const body = await answer(client.GET('/api/billing/history', { params: { query }, signal }));
      return parseHistory(body).transactions;
    },
  });
}
