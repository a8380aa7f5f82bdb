import { type ComponentType, lazy } from 'react';
import type { Provider } from '~/api/model';
import type { PaymentOrder } from '~/api/payments';
import { HostedCheckout } from './HostedCheckout';
import type { Attempt } from './useAttempt';

export interface PaymentFormProps {
  provider: Provider;
  /** Null while the amount is missing or can't be paid. */
  order: PaymentOrder | null;
  /** The exact sum is on its way. */
  isCounting: boolean;
  attempt: Attempt;
  /** The button was pressed without an order. */
  onIncomplete: () => void;
  /** The page to lead back to afterwards. */
  returnTo: string | null;
}

/** How to pay, by kind of provider. A new provider with a page of its own needs nothing here. */
export const PAYMENT_FORMS: Record<Provider['kind'], ComponentType<PaymentFormProps>> = {
  elements: lazy(() => import('./StripeForm')),
  hosted: HostedCheckout,
};
