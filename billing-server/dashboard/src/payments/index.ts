import type { ComponentType } from 'react';
import type { Provider } from '~/api/model';
import { CardPayment } from './CardPayment';
import type { PaymentFormProps } from './form';
import { HostedCheckout } from './HostedCheckout';

/** How to pay, by kind of provider. A new provider with a page of its own needs nothing here. */
export const PAYMENT_FORMS: Record<Provider['kind'], ComponentType<PaymentFormProps>> = {
  elements: CardPayment,
  hosted: HostedCheckout,
};
