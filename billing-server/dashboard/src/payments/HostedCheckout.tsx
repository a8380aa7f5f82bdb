import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { leaveFor } from '~/lib/leave';
import { isCheckoutUrl } from './checkoutUrl';
import type { PaymentFormProps } from './form';
import { rememberPayment } from './memory';
import { PayButton } from './PayButton';
import { Problem } from './Problem';
import { PaymentRefused } from './refusal';

/** So long the way to the provider may take: it may have been stopped, and then the button is needed again. */
const LONGEST_WAY_MS = 15_000;

/** On the provider's own page: the person goes there and comes back. */
export function HostedCheckout({
  provider,
  order,
  isCounting,
  attempt,
  onIncomplete,
  returnTo,
}: PaymentFormProps) {
  const { money } = useI18n();
  const texts = useTexts(topupTexts).pay;
  useComingBack(attempt);

  const pay = () => {
    if (!order) return onIncomplete();
    attempt.run(async () => {
      const { id, checkoutUrl } = await attempt.start(order);
      if (!checkoutUrl || !isCheckoutUrl(checkoutUrl, provider.checkoutOrigin)) {
        attempt.forget();
        throw new PaymentRefused('wrongAddress');
      }
      rememberPayment({ provider: provider.id, id, returnTo, isUnsettled: false });
      attempt.enter('leaving');
      leaveFor(checkoutUrl);
    });
  };

  return (
    <div className="grid gap-4">
      <p>{texts.hosted}</p>
      <Problem error={attempt.error} />
      <PayButton attempt={attempt} isCounting={isCounting} onPay={pay}>
        {order ? texts.goTo(money(order.amount, { currency: provider.currency })) : texts.goToPayment}
      </PayButton>
    </div>
  );
}

/** Back by the browser's button the page may be the very same one: the payment is then an unfinished one. */
function useComingBack({ phase, enter, forget }: PaymentFormProps['attempt']) {
  const cache = useQueryClient();
  useEffect(() => {
    if (phase !== 'leaving') return;
    const timer = setTimeout(() => enter('idle'), LONGEST_WAY_MS);
    return () => clearTimeout(timer);
  }, [phase, enter]);
  useEffect(() => {
    const onShow = (event: PageTransitionEvent) => {
      if (!event.persisted) return;
      enter('idle');
      forget();
      cache.invalidateQueries({ queryKey: ['payments'] });
    };
    window.addEventListener('pageshow', onShow);
    return () => window.removeEventListener('pageshow', onShow);
  }, [cache, enter, forget]);
}
