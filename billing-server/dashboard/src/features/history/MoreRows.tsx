import { describeError } from '~/api/errors';
import type { useHistory } from '~/api/history';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { Button } from '~/ui/Button';

/** Below the list: the way to the rows before. What is there stays when they can't be had. */
export function MoreRows({ query }: { query: ReturnType<typeof useHistory> }) {
  const texts = useTexts(transactionsTexts);
  const { t } = useI18n();
  if (!query.hasNextPage) return null;
  return (
    <div className="mt-4 flex flex-wrap items-center justify-center gap-x-4 gap-y-2">
      {query.isFetchNextPageError && (
        <p role="status" className="text-small">
          {describeError(query.error, t).text}
        </p>
      )}
      <Button onClick={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
        {query.isFetchNextPageError ? t.common.retry : texts.more}
      </Button>
    </div>
  );
}
