import { useState } from 'react';
import { useBalance } from '~/api/balance';
import type { Balance } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import type { Micros } from '~/lib/money';
import { Banner } from '~/ui/Banner';
import { ButtonLink } from '~/ui/Button';
import { standingOf } from './standing';

/** The balance at which the warning was closed: it stays closed until the balance changes, on other pages too. */
let closedAt: Micros | null = null;

/** What is to be known of the balance before all else: that it runs out, or has. */
export function BalanceBanner() {
  const { data: balance } = useBalance();
  if (!balance || balance.suspended) return null;
  switch (standingOf(balance)) {
    case 'low':
      return <LowBanner available={balance.available} />;
    case 'empty':
      return <EmptyBanner balance={balance} />;
    case 'negative':
      return <NegativeBanner />;
    default:
      return null;
  }
}

function LowBanner({ available }: { available: Micros }) {
  const texts = useTexts(overviewTexts).banners;
  const { t, money } = useI18n();
  const [closed, setClosed] = useState(closedAt);
  if (closed === available) return null;
  const close = () => {
    closedAt = available;
    setClosed(available);
  };
  return (
    <Banner tone="caution" action={<TopUpLink />} close={{ label: t.common.close, onClose: close }}>
      {texts.low(money(available, { roundDown: true }))}
    </Banner>
  );
}

function EmptyBanner({ balance }: { balance: Balance }) {
  const texts = useTexts(overviewTexts).banners;
  const { moment } = useI18n();
  const { lastCallAt } = balance;
  return (
    <Banner tone="danger" action={<TopUpLink />}>
      {lastCallAt ? texts.emptySince(moment(lastCallAt, 'dateTime')) : texts.empty}
    </Banner>
  );
}

function NegativeBanner() {
  const texts = useTexts(overviewTexts).banners;
  return (
    <Banner tone="danger" action={<TopUpLink />}>
      {texts.negative}
    </Banner>
  );
}

function TopUpLink() {
  const texts = useTexts(overviewTexts).banners;
  return <ButtonLink to="/topup">{texts.topUp}</ButtonLink>;
}
