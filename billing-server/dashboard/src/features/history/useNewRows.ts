import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { type HistoryList, useNewest } from '~/api/history';
import { keys } from '~/api/keys';
import type { HistoryFilters } from '~/api/model';
import { onPosting, useLiveState } from '~/shared/live';

const POLL_EVERY_MS = 30_000;
/** Postings that come together are asked for together. */
const TOGETHER_MS = 300;

/**
 * What has happened since a list was loaded. Whether a posting belongs to the filters is the server's to say: it is asked
 * anew after each.
 */
export function useNewRows(filters: HistoryFilters, list: HistoryList, listUpdatedAt: number) {
  const cache = useQueryClient();
  const live = useLiveState();
  const { data: newest, refetch } = useNewest(filters, list, listUpdatedAt, live === 'down' && POLL_EVERY_MS);

  // What happened while nobody listened is not told again.
  const wasLive = useRef(live);
  useEffect(() => {
    if (live === 'open' && wasLive.current !== 'open') refetch();
    wasLive.current = live;
  }, [live, refetch]);

  useEffect(() => {
    let timer: number | undefined;
    const stop = onPosting(() => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        refetch();
      }, TOGETHER_MS);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [refetch]);

  const known = useMemo(
    () => new Set(list.pages.flatMap((page) => page.transactions.map((row) => row.id))),
    [list],
  );
  const rows = newest?.transactions.filter((row) => !known.has(row.id)) ?? [];
  /** There may be more than one page of new rows: then the list begins anew. */
  const isWholePage = newest !== undefined && rows.length === newest.transactions.length;

  const show = () => {
    if (!newest) return;
    cache.setQueryData<HistoryList>(keys.history(filters), (list) => {
      const [first, ...others] = list?.pages ?? [];
      if (!list || !first || isWholePage) return { pages: [newest], pageParams: [null] };
      const pages = [{ ...first, transactions: [...rows, ...first.transactions] }, ...others];
      return { ...list, pages };
    });
  };
  return { count: rows.length, isAtLeast: isWholePage && newest.nextCursor !== null, show };
}
