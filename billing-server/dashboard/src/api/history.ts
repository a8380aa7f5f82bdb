import { useInfiniteQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import type { HistoryFilters } from './model';
import { parseHistory } from './parse';

const PAGE_SIZE = 25;

/** The history, page after page. */
export function useHistory(filters: HistoryFilters) {
  return useInfiniteQuery({
    queryKey: keys.history(filters),
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filters, limit: PAGE_SIZE, cursor: pageParam ?? undefined };
      return parseHistory(await answer(client.GET('/api/billing/history', { params: { query }, signal })));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}
