import { useEffect, useRef } from 'react';
import { useNavigationType } from 'react-router';
import { ApiError } from '~/api/errors';
import { useHistory } from '~/api/history';
import type { HistoryFilters, Payment } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { QueryError } from '~/shared/QueryError';
import { announce } from '~/ui/Announcer';
import { ButtonLink } from '~/ui/Button';
import { EmptyState } from '~/ui/EmptyState';
import { Later } from '~/ui/Later';
import { countFilters, type Filters } from './filters';
import { HistoryRows } from './HistoryRows';
import { ListSkeleton } from './ListSkeleton';
import { MoreRows } from './MoreRows';
import { NewRows } from './NewRows';
import { NothingFound } from './NothingFound';
import { paymentRow, transactionRow } from './rows';

interface HistoryListProps {
  /** What the address asks for, and the same as the server takes it; null while that can't be told yet. */
  asked: Filters;
  filters: HistoryFilters | null;
  onClear: () => void;
  /** Payments that are not done yet, to stand above. */
  openPayments: readonly Payment[];
  /** New rows are in the list now, and the button that showed them is gone. */
  onShown: () => void;
}

/** The transactions, page by page, in all the states they can be in. */
export function HistoryList({ asked, filters, onClear, openPayments, onShown }: HistoryListProps) {
  const texts = useTexts(transactionsTexts);
  const { t } = useI18n();
  const query = useHistory(filters, useNavigationType() === 'POP');
  const { data: list } = query;
  const count = list?.pages.reduce((sum, page) => sum + page.transactions.length, 0);
  useAnnouncedCount(count, asked);

  if (!list || !filters) {
    if (!query.isError) return <ListSkeleton />;
    if (isRefused(query.error)) return <NothingFound text={t.errors.codes.INVALID_QUERY} onClear={onClear} />;
    return <QueryError error={query.error} onRetry={() => query.refetch()} />;
  }
  const isFiltered = countFilters(asked) > 0;
  const transactions = list.pages.flatMap((page) => page.transactions);
  const rows = [...openPayments.map(paymentRow), ...transactions.map(transactionRow)];
  return (
    <Later placeholder={<ListSkeleton />}>
      <NewRows filters={filters} list={list} listUpdatedAt={query.dataUpdatedAt} onShown={onShown} />
      {rows.length > 0 && <HistoryRows rows={rows} />}
      {rows.length === 0 && isFiltered && <NothingFound onClear={onClear} />}
      {rows.length === 0 && !isFiltered && (
        <EmptyState
          action={
            <ButtonLink variant="primary" to="/topup">
              {texts.topUp}
            </ButtonLink>
          }
        >
          {texts.none}
        </EmptyState>
      )}
      <MoreRows query={query} />
    </Later>
  );
}

/** The server does not take these filters, such as a provider that it does not know: asking again won't help. */
function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400;
}

/** Tells a screen reader how much there is after each change of what is asked for, and after each further page. */
function useAnnouncedCount(count: number | undefined, asked: Filters) {
  const texts = useTexts(transactionsTexts);
  const told = useRef<{ asked: Filters; count: number } | null>(null);
  useEffect(() => {
    if (count === undefined) return;
    const before = told.current;
    told.current = { asked, count };
    if (!before || (before.asked === asked && before.count >= count)) return;
    announce(count === 0 ? texts.nothingFound : texts.shown(count));
  }, [count, asked, texts]);
}
