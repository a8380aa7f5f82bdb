import { useMemo, useRef } from 'react';
import { useBalance } from '~/api/balance';
import { useUsedOperations } from '~/api/operations';
import { usePayments } from '~/api/payments';
import { ExportLink } from '~/features/history/ExportLink';
import { FilterBar } from '~/features/history/FilterBar';
import { HistoryList } from '~/features/history/HistoryList';
import { IgnoredFilters } from '~/features/history/IgnoredFilters';
import { PaymentList } from '~/features/history/PaymentList';
import { admits, toQuery } from '~/features/history/query';
import { useAccountDay, useFilters } from '~/features/history/useFilters';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { daysAfter } from '~/lib/days';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';

const UNSUCCESSFUL = 'failed,canceled,expired';
const YEAR_DAYS = 365;

export default function TransactionsPage() {
  const { title } = useTexts(transactionsTexts);
  const { filters, ignored, change, clear } = useFilters();
  const balance = useBalance();
  const day = useAccountDay();
  const used = useUsedOperations(day && { from: daysAfter(day.today, -YEAR_DAYS), to: day.today });
  const payments = usePayments(filters.status === 'unsuccessful' ? UNSUCCESSFUL : 'open');
  const query = useMemo(() => toQuery(filters, day), [filters, day]);
  const shownPayments = payments.data?.filter((payment) => admits(filters, payment, day)) ?? [];

  // What was pressed is gone then, and the focus with it.
  const results = useRef<HTMLDivElement>(null);
  const focusResults = () => results.current?.focus({ preventScroll: true });
  const clearAll = () => {
    clear();
    focusResults();
  };

  return (
    <div className="grid gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <PageTitle>{title}</PageTitle>
        {query && filters.status === null && <ExportLink filters={query} />}
      </div>
      <IgnoredFilters key={ignored.join()} names={ignored} />
      <Card>
        <FilterBar
          filters={filters}
          change={change}
          clear={clearAll}
          day={day}
          operations={used.data ?? []}
        />
      </Card>
      <div ref={results} tabIndex={-1} className="outline-none">
        <Card>
          {query === null && balance.isError ? (
            <QueryError error={balance.error} onRetry={() => balance.refetch()} />
          ) : filters.status === null ? (
            <HistoryList
              asked={filters}
              filters={query}
              onClear={clearAll}
              openPayments={shownPayments}
              onShown={focusResults}
            />
          ) : (
            <PaymentList query={payments} payments={shownPayments} onClear={clearAll} />
          )}
        </Card>
      </div>
    </div>
  );
}
