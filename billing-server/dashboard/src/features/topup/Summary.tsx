import type { Provider } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { formatDecimal } from '~/lib/money';
import type { Charge } from './useCharge';

/** What is paid and what comes of it: once there is something to tell, it stays in sight. */
export function Summary({ provider, charge }: { provider: Provider; charge: Charge }) {
  const { money, language } = useI18n();
  const texts = useTexts(topupTexts).summary;
  const { order, credited, quote } = charge;
  const rate = quote && formatDecimal(quote.usdInUah, language, 2);
  const fee = quote && Number(quote.spreadPercent) > 0 ? formatDecimal(quote.spreadPercent, language) : null;
  return (
    <section
      aria-label={texts.title}
      className={`rounded-card border border-line bg-surface px-4 py-3 sm:px-6 ${order ? IN_SIGHT : ''}`}
    >
      <dl className="figures grid grid-cols-[1fr_auto] gap-x-4">
        <dt className="text-muted">{texts.toPay}</dt>
        <dd className="text-right font-semibold">
          {order ? money(order.amount, { currency: provider.currency }) : '—'}
        </dd>
        <dt className="text-muted">{texts.toBalance}</dt>
        <dd className="text-right">{credited === null ? '—' : money(credited, { signed: true })}</dd>
      </dl>
      {rate && (
        <p className="figures text-right text-note text-muted">
          {fee ? texts.rateWithFee(rate, fee) : texts.rate(rate)}
        </p>
      )}
    </section>
  );
}

/** With some ground around it, so that nothing shows between. At the lower edge while it is below what is seen, at the upper one when it is above. */
const IN_SIGHT =
  'stays-visible sticky top-[4.5rem] bottom-4 z-[5] ring-8 ring-canvas max-sm:bottom-[calc(4.5rem+env(safe-area-inset-bottom))]';
