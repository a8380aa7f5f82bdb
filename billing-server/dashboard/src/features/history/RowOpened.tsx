import { lazy, Suspense } from 'react';
import { useI18n } from '~/i18n';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import { Skeleton } from '~/ui/Skeleton';
import type { Row } from './rows';

// Loaded once somebody looks into a row.
const TransactionDetails = lazy(() => import('./TransactionDetails'));

/** Below a row that was opened; payments have a page of their own. */
export function RowOpened({ row }: { row: Row }) {
  const { t } = useI18n();
  if (row.kind !== 'transaction') return null;
  return (
    <ErrorBoundary instead={() => <p className="py-2">{t.errors.codes.NETWORK}</p>}>
      <Suspense fallback={<Skeleton className="h-40" />}>
        <TransactionDetails transaction={row.transaction} />
      </Suspense>
    </ErrorBoundary>
  );
}
