import { Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';
import type { StripeElementLocale, StripeElementsOptionsMode } from '@stripe/stripe-js';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { toMinorUnits } from '~/lib/rates';
import { returnPath } from '~/lib/returnAddress';
import { useAskBeforeLeaving } from '~/shared/useAskBeforeLeaving';
import type { PaymentFormProps } from './form';
import { PayButton } from './PayButton';
import { Problem } from './Problem';
import { useAppearance } from './stripe/appearance';
import { CardSkeleton } from './stripe/CardSkeleton';
import { CardUnavailable } from './stripe/CardUnavailable';
import { payByCard } from './stripe/payByCard';
import { useStripeJs } from './stripe/useStripeJs';

/** Stripe speaks no Ukrainian; left to itself it may choose a third language beside ours. */
const LOCALE: StripeElementLocale = 'en';

/** The card form of Stripe within our page. No payment exists until the button is pressed. */
export default function StripeForm(props: PaymentFormProps) {
  const { data: stripe, isError, refetch } = useStripeJs(props.provider.publishableKey);
  const [isBroken, setIsBroken] = useState(false);
  const options = useElementsOptions(props);

  if (isError || isBroken) {
    const retry = () => {
      setIsBroken(false);
      refetch();
    };
    return <CardUnavailable onRetry={retry} />;
  }
  if (!stripe) return <CardSkeleton />;
  return (
    <Elements stripe={stripe} options={options}>
      <CardForm {...props} onBroken={() => setIsBroken(true)} />
    </Elements>
  );
}

function useElementsOptions({ provider, order }: PaymentFormProps): StripeElementsOptionsMode {
  const appearance = useAppearance();
  // While a new amount is being typed the form keeps the last one that can be paid.
  const [lastAmount, setLastAmount] = useState(provider.min);
  if (order && order.amount !== lastAmount) setLastAmount(order.amount);
  const amount = toMinorUnits(lastAmount);
  const currency = provider.currency.toLowerCase();
  return useMemo(
    () => ({ mode: 'payment', amount, currency, appearance, locale: LOCALE, loader: 'never' }),
    [amount, currency, appearance],
  );
}

function CardForm(props: PaymentFormProps & { onBroken: () => void }) {
  const { provider, order, isCounting, attempt, onIncomplete, returnTo, onBroken } = props;
  const { money } = useI18n();
  const { pay: texts, card: cardTexts } = useTexts(topupTexts);
  const [stripe, elements] = [useStripe(), useElements()];
  const [isReady, setIsReady] = useState(false);
  const cache = useQueryClient();
  const navigate = useNavigate();
  const isPaying = attempt.phase !== 'idle';
  useAskBeforeLeaving(isPaying, texts.askToLeave);

  const pay = () => {
    if (!order) return onIncomplete();
    if (!stripe || !elements || !isReady) return;
    attempt.run(async () => {
      const { error } = await elements.submit();
      // Stripe tells what is missing at its fields.
      if (error) return elements.getElement('payment')?.focus();
      const payment = await attempt.start(order);
      await payByCard({
        card: { stripe, elements },
        provider: provider.id,
        payment,
        attempt,
        returnTo,
        cache,
      });
      // Whoever has left for another page is not fetched back.
      if (attempt.isHere()) navigate(returnPath(provider.id, payment.id), { replace: true });
    });
  };

  return (
    <div className="grid gap-4">
      <div>
        <h3 className="text-small font-medium">{cardTexts.title}</h3>
        <p className="text-note text-muted">{cardTexts.hint}</p>
      </div>
      <div lang={LOCALE} inert={isPaying} className={isPaying ? 'opacity-60' : undefined}>
        {!isReady && <CardSkeleton />}
        <PaymentElement onReady={() => setIsReady(true)} onLoadError={onBroken} />
      </div>
      <p role="status" className="text-small text-muted empty:hidden">
        {attempt.phase === 'checking' ? texts.dontPayTwice : isPaying && texts.dontClose}
      </p>
      <Problem error={attempt.error} />
      <PayButton attempt={attempt} isCounting={isCounting} isReady={isReady} onPay={pay}>
        {order ? texts.pay(money(order.amount, { currency: provider.currency })) : texts.payNothing}
      </PayButton>
    </div>
  );
}
