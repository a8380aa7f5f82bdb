import { Check, Circle } from 'lucide-react';
import type { Payment } from '~/api/model';
import { useProviders } from '~/api/payments';
import { useSession } from '~/api/session';
import { useI18n, useTexts } from '~/i18n';
import { paymentTexts } from '~/i18n/payment';
import { isCheckoutUrl } from '~/payments/checkoutUrl';
import { ButtonLink, buttonClass, Spinner } from '~/ui/Button';

type Standing = 'done' | 'now' | 'later';

/** How far it has come, while it is not known how it ends. */
export function Checking({ payment, isUnreachable }: { payment: Payment | null; isUnreachable: boolean }) {
  const texts = useTexts(paymentTexts).checking;
  const isReceived = payment?.status === 'processing';
  return (
    <>
      <ol className="mt-4 grid gap-3">
        <Step standing={isReceived ? 'done' : 'now'}>{texts.received}</Step>
        <Step standing={isReceived ? 'now' : 'later'}>{texts.credited}</Step>
      </ol>
      <p role="status" className="mt-4 text-small text-muted empty:hidden">
        {isUnreachable && texts.unreachable}
      </p>
      <BackToCheckout payment={payment} />
    </>
  );
}

function Step({ standing, children }: { standing: Standing; children: string }) {
  const texts = useTexts(paymentTexts).checking;
  return (
    <li className="flex items-center gap-3">
      {standing === 'done' && <Check aria-hidden size={18} className="text-positive" />}
      {standing === 'now' && <Spinner />}
      {standing === 'later' && <Circle aria-hidden size={18} className="text-muted" />}
      <span className={standing === 'later' ? 'text-muted' : undefined}>{children}</span>
      <span className="sr-only">{texts.standing[standing]}</span>
    </li>
  );
}

/** Somebody takes their time: nothing to do for the person but to leave. */
export function Slow({ payment }: { payment: Payment }) {
  const { t } = useI18n();
  const texts = useTexts(paymentTexts);
  const address = useSession().data?.supportEmail;
  return (
    <>
      <p className="mt-2">{payment.needsReview ? texts.slow.review : texts.slow.text}</p>
      <p className="mt-2 text-small text-muted">
        {texts.slow.safeToLeave}{' '}
        {address && (
          <a href={`mailto:${address}`} className="text-primary underline underline-offset-4">
            {t.common.support(address)}
          </a>
        )}
      </p>
      <ButtonLink to="/" className="mt-6">
        {texts.toOverview}
      </ButtonLink>
    </>
  );
}

/** For who has come back from the provider's page without paying. */
export function BackToCheckout({ payment }: { payment: Payment | null }) {
  const texts = useTexts(paymentTexts).checking;
  const provider = useProviders().data?.find(({ id }) => id === payment?.provider);
  const url = payment?.status === 'pending' ? payment.checkoutUrl : null;
  if (!url || !isCheckoutUrl(url, provider?.checkoutOrigin ?? null)) return null;
  return (
    <p className="mt-6 flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line pt-4">
      {texts.notPaidYet}
      <a href={url} className={buttonClass('quiet', '-mx-4')}>
        {texts.backToCheckout}
      </a>
    </p>
  );
}
