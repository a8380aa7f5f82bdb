import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useLayoutEffect, useReducer } from 'react';
import { useLocation, useNavigationType } from 'react-router';

/** Beside what was loaded: how the pages that show it were left, by the entry of the browser's history. */
const shelves = new WeakMap<QueryClient, Map<string, unknown>>();

function useShelf(): Map<string, unknown> {
  const cache = useQueryClient();
  const shelf = shelves.get(cache) ?? new Map<string, unknown>();
  shelves.set(cache, shelf);
  return shelf;
}

/** State that belongs to an entry of the browser's history: who comes back finds it again. */
export function useKept<Value>(
  name: string,
  initial: Value,
): [Value, (change: (value: Value) => Value) => void] {
  const shelf = useShelf();
  const entry = `${useLocation().key} ${name}`;
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const current = useCallback(
    () => (shelf.has(entry) ? (shelf.get(entry) as Value) : initial),
    [shelf, entry, initial],
  );
  const change = useCallback(
    (next: (value: Value) => Value) => {
      shelf.set(entry, next(current()));
      rerender();
    },
    [shelf, entry, current],
  );
  return [current(), change];
}

/** Scrolls to where the page was left: for what makes the page as long as it was. */
export function useKeptScroll() {
  const shelf = useShelf();
  const entry = `${useLocation().key} scroll`;
  const isReturn = useNavigationType() === 'POP';

  useEffect(() => {
    const save = () => shelf.set(entry, window.scrollY);
    window.addEventListener('scroll', save, { passive: true });
    return () => window.removeEventListener('scroll', save);
  }, [shelf, entry]);

  useLayoutEffect(() => {
    const top = shelf.get(entry);
    if (isReturn && typeof top === 'number') window.scrollTo(0, top);
  }, [shelf, entry, isReturn]);
}
