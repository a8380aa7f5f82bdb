import { useProviders } from '~/api/payments';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { Banner } from '~/ui/Banner';
import { Button } from '~/ui/Button';

/** Stripe's script was blocked or does not come. Nothing was paid, and other ways to pay are not touched. */
export function CardUnavailable({ onRetry }: { onRetry: () => void }) {
  const { t } = useI18n();
  const texts = useTexts(topupTexts).card;
  const hasOtherWays = (useProviders().data?.length ?? 0) > 1;
  return (
    <Banner tone="caution" role="status" action={<Button onClick={onRetry}>{t.common.retry}</Button>}>
      {texts.failed} {hasOtherWays && texts.otherWay}
    </Banner>
  );
}
