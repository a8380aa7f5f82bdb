import type { Payment } from '~/api/model';
import { useTexts } from '~/i18n';
import { paymentTexts } from '~/i18n/payment';
import { reasonsTexts } from '~/i18n/reasons';
import { toDecimal } from '~/lib/money';
import { reasonOf } from '~/payments/refusal';
import { ButtonLink } from '~/ui/Button';
import type { Ending } from './useOutcome';

/** Why there is no money, and the way to try again with the same amount. */
export function Unpaid({ payment, ending }: { payment: Payment; ending: Ending }) {
  const texts = useTexts(paymentTexts);
  const reasons = useTexts(reasonsTexts);
  const wasRefused = ending === 'refused';
  return (
    <>
      {wasRefused && (
        <p role="alert" className="mt-2">
          {reasons[reasonOf(payment.failure?.code)]}
        </p>
      )}
      {payment.status !== 'pending' && <p className="mt-2">{texts.unpaid.notCharged}</p>}
      <div className="mt-6 flex flex-wrap gap-2">
        <ButtonLink variant="primary" to={topUpAgain(payment)}>
          {wasRefused ? texts.unpaid.tryAgain : texts.unpaid.startAnew}
        </ButtonLink>
        <ButtonLink to="/">{texts.toOverview}</ButtonLink>
      </div>
    </>
  );
}

/** The page to top up, with what this payment was of. */
export function topUpAgain({ amount, currency, provider }: Payment): string {
  const search = new URLSearchParams({ amount: toDecimal(amount), currency, method: provider });
  return `/topup?${search}`;
}
