import type { PaymentIntent, Stripe, StripeElements, StripeError } from '@stripe/stripe-js';
import { PaymentRefused, type Reason, reasonOf } from '../refusal';

/** `settled`: Stripe has taken the payment, and our server tells the rest. `unknown`: it has to be asked again. */
export type Outcome = 'settled' | 'unknown' | PaymentRefused;

export interface Card {
  stripe: Stripe;
  elements: StripeElements;
}

/** Pays with what was typed. It comes back unless the bank wants to see the person on a page of its own. */
export async function confirm(card: Card, clientSecret: string, returnUrl: string): Promise<Outcome> {
  try {
    const { error, paymentIntent } = await card.stripe.confirmPayment({
      elements: card.elements,
      clientSecret,
      confirmParams: { return_url: returnUrl },
      redirect: 'if_required',
    });
    return error ? ofError(error) : ofIntent(paymentIntent);
  } catch {
    return 'unknown';
  }
}

/** Asks Stripe how the payment stands. While it can't be asked nobody knows. */
export async function look(stripe: Stripe, clientSecret: string): Promise<Outcome> {
  try {
    const { paymentIntent } = await stripe.retrievePaymentIntent(clientSecret);
    return paymentIntent ? ofIntent(paymentIntent) : 'unknown';
  } catch {
    return 'unknown';
  }
}

function ofError({ type, code, decline_code, payment_intent: intent }: StripeError): Outcome {
  if (intent && isTaken(intent)) return 'settled';
  if (type === 'card_error' || code === 'payment_intent_authentication_failure') {
    return refused(decline_code ?? code);
  }
  // What was typed is not complete, and nothing was sent. Everything else may have come through.
  return type === 'validation_error' ? new PaymentRefused('notPaid') : 'unknown';
}

function ofIntent(intent: PaymentIntent): Outcome {
  if (isTaken(intent)) return 'settled';
  if (intent.status === 'canceled') return new PaymentRefused('canceled');
  if (intent.status === 'requires_action') return new PaymentRefused('notConfirmed');
  const error = intent.last_payment_error;
  return error ? refused(error.decline_code ?? error.code) : new PaymentRefused('notPaid');
}

function isTaken({ status }: PaymentIntent): boolean {
  return status === 'succeeded' || status === 'processing' || status === 'requires_capture';
}

function refused(code: string | undefined): PaymentRefused {
  const reason: Reason = reasonOf(code);
  return new PaymentRefused(reason);
}
