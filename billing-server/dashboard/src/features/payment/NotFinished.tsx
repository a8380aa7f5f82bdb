import type { Payment } from '~/api/model';
import { useTexts } from '~/i18n';
import { paymentTexts } from '~/i18n/payment';
import { settlePayment } from '~/payments/memory';
import { ButtonLink } from '~/ui/Button';
import { BackToCheckout } from './Checking';
import { topUpAgain } from './Unpaid';

/** Left at the bank's question, or never arrived: the person decides whether that is all of it. */
export function NotFinished({ payment }: { payment: Payment }) {
  const texts = useTexts(paymentTexts);
  return (
    <>
      <p className="mt-2">{texts.unfinished.text}</p>
      <div className="mt-6 flex flex-wrap gap-2">
        <ButtonLink variant="primary" to={topUpAgain(payment)} onClick={() => settlePayment(payment.id)}>
          {texts.unpaid.startAnew}
        </ButtonLink>
        <ButtonLink to="/">{texts.toOverview}</ButtonLink>
      </div>
      <BackToCheckout payment={payment} />
    </>
  );
}
