import type { QueryClient } from '@tanstack/react-query';
import type { Payment, StartedPayment } from '~/api/model';
import { paymentQuery } from '~/api/payments';
import { pauseMs, wait } from '~/lib/wait';
import { rememberPayment, settlePayment } from '../memory';
import { PaymentRefused, type Reason, reasonOf } from '../refusal';
import type { Attempt } from '../useAttempt';
import { type Card, confirm, look, type Outcome } from './confirm';

/** So far apart two looks must agree that nothing was taken. */
const DOUBT_MS = 5_000;

interface CardPayment {
  card: Card;
  provider: string;
  payment: StartedPayment;
  attempt: Attempt;
  returnTo: string | null;
  cache: QueryClient;
}

/** Takes a started payment to its end. It throws why the card was refused, and ends when Stripe has the money. */
export async function payByCard(order: CardPayment): Promise<void> {
  const { card, provider, payment, attempt, returnTo } = order;
  const { id, clientSecret } = payment;
  if (!clientSecret) throw new PaymentRefused('notPaid');
  attempt.enter('confirming');
  rememberPayment({ provider, id, returnTo, isUnsettled: true });

  const returnUrl = `${window.location.origin}/payment/${provider}/return?payment=${id}`;
  let outcome = await confirm(card, clientSecret, returnUrl);
  if (outcome === 'unknown') outcome = await lookUntilKnown(order, clientSecret);

  settlePayment(id);
  if (outcome instanceof PaymentRefused) {
    // A declined payment can still be paid, and only once: the next press goes on with it.
    if (outcome.reason === 'canceled') attempt.forget();
    throw outcome;
  }
}

/** As long as it takes: to offer the button again could be to charge twice. */
async function lookUntilKnown(order: CardPayment, clientSecret: string): Promise<Outcome> {
  const { card, attempt } = order;
  const startedAt = Date.now();
  const believe = doubting();
  let outcome: Outcome = 'unknown';
  attempt.enter('checking');
  while (outcome === 'unknown' && attempt.isHere()) {
    await wait(pauseMs(Date.now() - startedAt));
    const [byServer, byStripe] = await Promise.all([askServer(order), look(card.stripe, clientSecret)]);
    outcome = byServer === 'unknown' ? believe(byStripe) : byServer;
  }
  // Whoever has left is told when coming back.
  return attempt.isHere() ? outcome : new Promise(() => undefined);
}

/** What Stripe says of an open payment may be from before the card has reached it. */
function doubting() {
  let since: { reason: Reason; at: number } | null = null;
  return (outcome: Outcome): Outcome => {
    if (!(outcome instanceof PaymentRefused) || outcome.reason === 'canceled') return outcome;
    const { reason } = outcome;
    if (since?.reason !== reason) since = { reason, at: Date.now() };
    return Date.now() - since.at < DOUBT_MS ? 'unknown' : outcome;
  };
}

async function askServer({ cache, provider, payment }: CardPayment): Promise<Outcome> {
  try {
    return ofStatus(await cache.fetchQuery({ ...paymentQuery(provider, payment.id), staleTime: 0 }));
  } catch {
    return 'unknown';
  }
}

function ofStatus({ status, failure }: Payment): Outcome {
  switch (status) {
    case 'succeeded':
    case 'processing':
      return 'settled';
    case 'failed':
      return new PaymentRefused(reasonOf(failure?.code));
    case 'canceled':
    case 'expired':
      return new PaymentRefused('canceled');
    case 'pending':
      return 'unknown';
  }
}
