import type { Payment, Provider } from '~/api/model';
import { usePayments } from '~/api/payments';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { returnPath } from '~/lib/returnAddress';
import { isCheckoutUrl } from '~/payments/checkoutUrl';
import { Button, ButtonLink, buttonClass } from '~/ui/Button';
import { Card, focusHeading } from '~/ui/Card';

interface UnfinishedProps {
  providers: readonly Provider[];
  isDismissed: boolean;
  onDismiss: () => void;
}

/** A payment that was started and not ended: by the back button, or in another tab. */
export function Unfinished({ providers, isDismissed, onDismiss }: UnfinishedProps) {
  const { money, moment } = useI18n();
  const texts = useTexts(topupTexts).unfinished;
  const payments = usePayments('open');
  const payment = payments.data?.find(isUnfinished);
  if (!payment || isDismissed) return null;

  const dismiss = () => {
    focusHeading();
    onDismiss();
  };
  const provider = providers.find(({ id }) => id === payment.provider);
  const { checkoutUrl } = payment;
  const canResume = checkoutUrl !== null && isCheckoutUrl(checkoutUrl, provider?.checkoutOrigin ?? null);
  return (
    <Card title={texts.title}>
      <p className="figures">
        {texts.text(
          money(payment.amount, { currency: payment.currency }),
          moment(payment.createdAt, 'dateTime'),
        )}
      </p>
      {payment.status === 'processing' && <p className="mt-1">{texts.processing}</p>}
      <div className="mt-4 flex flex-wrap gap-2">
        {canResume ? (
          <a href={checkoutUrl} className={buttonClass('secondary')}>
            {texts.resume}
          </a>
        ) : (
          <ButtonLink to={returnPath(payment.provider, payment.id)}>{texts.check}</ButtonLink>
        )}
        <Button variant="quiet" className="max-[30rem]:-ml-4" onClick={dismiss}>
          {texts.anew}
        </Button>
      </div>
    </Card>
  );
}

/** A card that was declined took nothing, and there is no page to go on with: it is over for the person. */
function isUnfinished({ status, failure, checkoutUrl }: Payment): boolean {
  return status === 'processing' || checkoutUrl !== null || failure === null;
}
