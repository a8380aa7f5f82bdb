import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { keys } from '~/api/keys';
import type { Balance, Payment, Transaction } from '~/api/model';
import { parseBalance, parsePayment, parseTransaction } from '~/api/parse';
import { RECENT_COUNT } from '~/api/recent';

const POLL_EVERY_MS = 30_000;
const SETTLED_AFTER_MS = 2_000;
/** After a refusal: as long as a server that has no place for a stream asks to wait. */
const REOPEN_AFTER_MS = 5_000;

/** Whether changes arrive by themselves. While they don't, the pages ask every 30 seconds. */
export type LiveState = 'connecting' | 'open' | 'down';

let state: LiveState = 'connecting';
const stateListeners = new Set<() => void>();
const postingListeners = new Set<(posting: Transaction) => void>();

function setState(next: LiveState) {
  state = next;
  for (const listener of stateListeners) listener();
}

function subscribeState(listener: () => void) {
  stateListeners.add(listener);
  return () => stateListeners.delete(listener);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribeState, () => state);
}

/** Tells of each posting as it happens. */
export function onPosting(listener: (posting: Transaction) => void): () => void {
  postingListeners.add(listener);
  return () => postingListeners.delete(listener);
}

/** Keeps the cache up to date while the page is looked at. Mounted once, where somebody is signed in. */
export function useLiveUpdates() {
  const cache = useQueryClient();
  useEffect(() => follow(cache), [cache]);
}

/** One stream per visible page: browsers allow few connections to a host, and hidden pages need none. */
function follow(cache: QueryClient): () => void {
  let stream: EventSource | null = null;
  let settleTimer: number | undefined;
  let reopenTimer: number | undefined;

  const refetch = () => {
    for (const queryKey of [keys.balance, keys.recent, ['usage'], ['payments']]) {
      cache.invalidateQueries({ queryKey });
    }
  };

  /**
   * What only the server can add up, and what may have crossed with an answer: in the middle of a burst of postings,
   * too, which may never end.
   */
  const settleSoon = () => {
    settleTimer ??= window.setTimeout(() => {
      settleTimer = undefined;
      cache.invalidateQueries({ queryKey: ['usage'] });
      cache.invalidateQueries({ queryKey: keys.recent });
    }, SETTLED_AFTER_MS);
  };

  /** An answer that is on its way is older than what the stream tells, and must not overwrite it. */
  const replace = async (queryKey: QueryKey, told: Balance | Payment) => {
    await cache.cancelQueries({ queryKey });
    cache.setQueryData(queryKey, told);
  };

  const close = () => {
    window.clearTimeout(reopenTimer);
    stream?.close();
    stream = null;
  };

  const open = () => {
    close();
    const opened = new EventSource('/api/billing/events');
    stream = opened;
    opened.onopen = () => {
      // What happened before the first posting of a stream that broke is not told again.
      if (state === 'down') refetch();
      setState('open');
    };
    // The browser tries again by itself unless the server has refused.
    opened.onerror = () => {
      setState('down');
      if (opened.readyState === EventSource.CLOSED) reopenTimer = window.setTimeout(open, REOPEN_AFTER_MS);
    };
    listen<Balance>(opened, 'balance', parseBalance, (balance) => replace(keys.balance, balance));
    listen<Transaction>(opened, 'posting', parseTransaction, (posting) => {
      cache.setQueryData<Transaction[]>(keys.recent, (recent) => recent && withNewest(recent, posting));
      settleSoon();
      for (const listener of postingListeners) listener(posting);
    });
    // More was missed than is told again.
    opened.addEventListener('reset', () => {
      refetch();
      cache.invalidateQueries({ queryKey: ['payment'] });
      cache.invalidateQueries({ queryKey: ['history', 'newest'] });
    });
    listen<Payment>(opened, 'payment', parsePayment, (payment) => {
      replace(keys.payment(payment.provider, payment.id), payment);
      cache.invalidateQueries({ queryKey: ['payments'] });
    });
  };

  const onVisibility = () => {
    if (document.visibilityState === 'hidden') {
      close();
      setState('connecting');
    } else if (!stream) {
      open();
      refetch();
      // Somebody else may have signed in meanwhile.
      cache.invalidateQueries({ queryKey: keys.session });
    }
  };

  /** Back in the net: the browser would go on waiting. */
  const onOnline = () => {
    if (stream && stream.readyState !== EventSource.OPEN) open();
  };

  const poll = window.setInterval(() => {
    if (document.visibilityState !== 'hidden' && state !== 'open') refetch();
  }, POLL_EVERY_MS);

  if (document.visibilityState !== 'hidden') open();
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', onOnline);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('online', onOnline);
    window.clearInterval(poll);
    window.clearTimeout(settleTimer);
    close();
    setState('connecting');
  };
}

function listen<Model>(
  stream: EventSource,
  name: string,
  parse: (body: never) => Model,
  apply: (model: Model) => void,
) {
  stream.addEventListener(name, (event: MessageEvent<string>) =>
    apply(parse(JSON.parse(event.data) as never)),
  );
}

/** A posting may be told twice: by the stream and by an answer that was on its way. After a gap, old ones are told. */
function withNewest(recent: Transaction[], posting: Transaction): Transaction[] {
  if (recent.some((known) => known.id === posting.id)) return recent;
  const newestFirst = [posting, ...recent].sort(
    (one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt),
  );
  return newestFirst.slice(0, RECENT_COUNT);
}
