import { type InfiniteData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { errorOf } from './errors';
import { keys } from './keys';
import type { HistoryFilters, HistoryPage } from './model';
import { parseHistory } from './parse';

const PAGE_SIZE = 25;
/** How long a list waits for who comes back to it. */
const KEPT_MS = 30 * 60_000;
const STALE_MS = 30_000;

export type HistoryList = InfiniteData<HistoryPage, string | null>;

async function page(filters: HistoryFilters, cursor: string | null, signal: AbortSignal) {
  const query = { ...filters, limit: PAGE_SIZE, cursor: cursor ?? undefined };
  return parseHistory(await answer(client.GET('/api/billing/history', { params: { query }, signal })));
}

/**
 * The history, page after page; nothing is asked while there are no filters yet. A list that is being read never changes
 * by itself. One that is come back to (`isReturn`) stays as it was left, too: `useNewest` tells what it lacks.
 */
export function useHistory(filters: HistoryFilters | null, isReturn: boolean) {
  return useInfiniteQuery<HistoryPage, Error, HistoryList, ReturnType<typeof keys.history>, string | null>({
    queryKey: keys.history(filters ?? {}),
    queryFn: ({ pageParam, signal }) => page(filters ?? {}, pageParam, signal),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled: filters !== null,
    staleTime: isReturn ? Number.POSITIVE_INFINITY : STALE_MS,
    gcTime: KEPT_MS,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** The first page as it is now, beside a list that stays as it is. */
export function useNewest(
  filters: HistoryFilters,
  list: HistoryList,
  listUpdatedAt: number,
  pollEveryMs: number | false,
) {
  return useQuery({
    queryKey: keys.newest(filters),
    queryFn: ({ signal }) => page(filters, null, signal),
    initialData: list.pages[0],
    initialDataUpdatedAt: listUpdatedAt,
    refetchInterval: pollEveryMs,
  });
}

/** Where the history is had as a file; a plain link of the server's. */
export function historyCsvPath(filters: HistoryFilters): string {
  const search = new URLSearchParams(Object.entries(filters)).toString();
  return `/api/billing/history.csv${search && `?${search}`}`;
}

/** Whether the file can be had now: a download that fails tells the page nothing. */
export function useExportCheck() {
  return useMutation({
    mutationFn: async (path: string) => {
      const response = await window.fetch(new URL(path, window.location.origin), { method: 'HEAD' });
      if (!response.ok) throw errorOf(response, null);
    },
  });
}
