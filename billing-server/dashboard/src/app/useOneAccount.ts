import { useEffect, useState } from 'react';
import { reload } from '~/lib/leave';
import { hearTabs, tellTabs } from '~/lib/tabs';

/**
 * Whether this page may still be shown: it is of the account that it was opened for. Where another tab has signed out, or
 * signed in as somebody else, nothing of that account may be seen or paid for any more: the page is loaded anew. An
 * account is undefined until it is known.
 */
export function useOneAccount(account: string | null | undefined): boolean {
  const [first, setFirst] = useState(account);
  if (first === undefined && account !== undefined) setFirst(account);
  const [isTold, setIsTold] = useState(false);
  const isOver = isTold || (first !== undefined && account !== first);

  useEffect(() => {
    if (first === undefined) return;
    // A sign-in means that the page is loaded.
    tellTabs(first);
    return hearTabs((theirs) => theirs !== first && setIsTold(true));
  }, [first]);

  // Once nothing is shown any more: what asks before somebody leaves is gone, too.
  useEffect(() => {
    if (isOver) reload();
  }, [isOver]);

  return !isOver;
}
