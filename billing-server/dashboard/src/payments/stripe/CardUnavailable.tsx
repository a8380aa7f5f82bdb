import { useProviders } from '~/api/payments';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { Banner } from '~/ui/Banner';
import { Button } from '~/ui/Button';
import { focusHeading } from '~/ui/Card';

/** The form's script, or Stripe's own, was blocked or does not come. Nothing was paid, and other ways to pay are not touched. */
export function CardUnavailable({ onRetry }: { onRetry: () => void }) {
  const { t } = useI18n();
  const texts = useTexts(topupTexts).card;
  const hasOtherWays = (useProviders().data?.length ?? 0) > 1;
  const retry = (pressed: Element) => {
    focusHeading(pressed);
    onRetry();
  };
  return (
    <Banner
      tone="caution"
      role="status"
      action={<Button onClick={({ currentTarget }) => retry(currentTarget)}>{t.common.retry}</Button>}
    >
      {texts.failed} {hasOtherWays && texts.otherWay}
    </Banner>
  );
}
