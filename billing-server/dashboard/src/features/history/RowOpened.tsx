import { lazy, Suspense } from 'react';
import { Skeleton } from '~/ui/Skeleton';
import type { Row } from './rows';

// Loaded once somebody looks into a row.
const TransactionDetails = lazy(() => import('./TransactionDetails'));

/** Below a row that was opened; payments have a page of their own. */
export function RowOpened({ row }: { row: Row }) {
  if (row.kind !== 'transaction') return null;
  return (
    <Suspense fallback={<Skeleton className="h-40" />}>
      <TransactionDetails transaction={row.transaction} />
    </Suspense>
  );
}
