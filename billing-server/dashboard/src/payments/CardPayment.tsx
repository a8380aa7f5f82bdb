import { lazy, Suspense, useState } from 'react';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import type { PaymentFormProps } from './form';
import { CardSkeleton } from './stripe/CardSkeleton';
import { CardUnavailable } from './stripe/CardUnavailable';

/** The card form is a script of its own: where it does not come, all else of the page stays, other ways to pay among it. */
export function CardPayment(props: PaymentFormProps) {
  return (
    <ErrorBoundary instead={(retry) => <CardUnavailable onRetry={retry} />}>
      <LoadedForm {...props} />
    </ErrorBoundary>
  );
}

function LoadedForm(props: PaymentFormProps) {
  // Anew each time: what failed to load once fails for ever.
  const [StripeForm] = useState(() => lazy(() => import('./StripeForm')));
  return (
    <Suspense fallback={<CardSkeleton />}>
      <StripeForm {...props} />
    </Suspense>
  );
}
