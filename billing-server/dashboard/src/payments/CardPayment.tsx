import { lazy, Suspense } from 'react';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import type { PaymentFormProps } from './form';
import { CardSkeleton } from './stripe/CardSkeleton';
import { CardUnavailable } from './stripe/CardUnavailable';

const StripeForm = lazy(() => import('./StripeForm'));

/** The card form is a script of its own: where it does not come, all else of the page stays, other ways to pay among it. */
export function CardPayment(props: PaymentFormProps) {
  return (
    <ErrorBoundary instead={(reload) => <CardUnavailable onRetry={reload} />}>
      <Suspense fallback={<CardSkeleton />}>
        <StripeForm {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}
