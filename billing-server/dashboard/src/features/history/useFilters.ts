import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useSearchParams } from 'react-router';
import { useBalance } from '~/api/balance';
import { dayIn } from '~/lib/dates';
import { type Filters, NO_FILTERS, readFilters, writeFilters } from './filters';
import type { AccountDay } from './query';

export type ChangeFilters = (change: Partial<Filters>, how?: { replace: boolean }) => void;

/** The filters of the address, and how to change them there. */
export function useFilters() {
  const [search, setSearch] = useSearchParams();
  const text = search.toString();
  const { filters, ignored } = useMemo(() => readFilters(new URLSearchParams(text)), [text]);
  // A second change may come before the first is drawn, and goes on from it.
  const latest = useRef(filters);
  useEffect(() => {
    latest.current = filters;
  }, [filters]);
  const change: ChangeFilters = useCallback(
    (change, how) => {
      latest.current = { ...latest.current, ...change };
      setSearch(writeFilters(latest.current), how);
    },
    [setSearch],
  );
  const clear = useCallback(() => setSearch(writeFilters(NO_FILTERS)), [setSearch]);
  return { filters, ignored, change, clear };
}

export function useAccountDay(): AccountDay | null {
  const timeZone = useBalance().data?.timeZone;
  const today = timeZone && dayIn(timeZone);
  return useMemo(() => (timeZone && today ? { timeZone, today } : null), [timeZone, today]);
}
