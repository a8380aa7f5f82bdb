import { useRef } from 'react';
import { describeError } from '~/api/errors';
import type { useHistory } from '~/api/history';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { Button } from '~/ui/Button';

/** Below the list: the way to the rows before. What is there stays when they can't be had. */
export function MoreRows({ query }: { query: ReturnType<typeof useHistory> }) {
  const texts = useTexts(transactionsTexts);
  const { t } = useI18n();
  const place = useRef<HTMLDivElement>(null);

  const more = async (pressed: Element) => {
    const { hasNextPage } = await query.fetchNextPage();
    // After the last row the button goes away, and would take the focus with it. Who has gone elsewhere is left there.
    const isHere = document.activeElement === pressed || document.activeElement === document.body;
    if (!hasNextPage && isHere) place.current?.focus({ preventScroll: true });
  };

  return (
    <div ref={place} tabIndex={-1} className="outline-none">
      {query.hasNextPage && (
        <div className="mt-4 flex flex-wrap items-center justify-center gap-x-4 gap-y-2">
          {query.isFetchNextPageError && (
            <p role="status" className="text-small">
              {describeError(query.error, t).text}
            </p>
          )}
          <Button onClick={({ currentTarget }) => more(currentTarget)} busy={query.isFetchingNextPage}>
            {query.isFetchNextPageError ? t.common.retry : texts.more}
          </Button>
        </div>
      )}
    </div>
  );
}
