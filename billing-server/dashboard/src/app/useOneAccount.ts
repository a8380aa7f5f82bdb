import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { keys } from '~/api/keys';
import type { Session } from '~/api/model';

const CHANNEL = 'billing.account';

/**
 * The tabs of a browser share one session: where another tab has signed in as somebody else, nothing of the account
 * before may stay here. They tell each other as they open; a sign-in means that the page is loaded.
 */
export function useOneAccount({ account, signedIn }: Session) {
  const cache = useQueryClient();
  const first = useRef(account);

  useEffect(() => {
    if (signedIn && account !== first.current) window.location.reload();
  }, [account, signedIn]);

  useEffect(() => {
    const tabs = new BroadcastChannel(CHANNEL);
    tabs.onmessage = ({ data }) => {
      if (data !== first.current) cache.invalidateQueries({ queryKey: keys.session });
    };
    tabs.postMessage(first.current);
    return () => tabs.close();
  }, [cache]);
}
