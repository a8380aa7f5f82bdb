import type { Payment } from '~/api/model';
import type { usePayments } from '~/api/payments';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { QueryError } from '~/shared/QueryError';
import { HistoryRows } from './HistoryRows';
import { ListSkeleton } from './ListSkeleton';
import { NothingFound } from './NothingFound';
import { paymentRow } from './rows';

interface PaymentListProps {
  query: ReturnType<typeof usePayments>;
  /** Those of them that the filters let through. */
  payments: readonly Payment[];
  onClear: () => void;
}

/** Payments alone: those still open, or those that did not go through. They are no transactions. */
export function PaymentList({ query, payments, onClear }: PaymentListProps) {
  const texts = useTexts(transactionsTexts);
  if (query.isError && !query.data) {
    return <QueryError error={query.error} onRetry={() => query.refetch()} />;
  }
  if (!query.data) return <ListSkeleton />;
  if (payments.length === 0) return <NothingFound onClear={onClear} />;
  return (
    <>
      <HistoryRows rows={payments.map(paymentRow)} />
      <p className="mt-4 text-note text-muted">{texts.payments.newest(payments.length)}</p>
    </>
  );
}
