import { BalanceBanner } from '~/features/balance/BalanceBanner';
import { BalanceCard } from '~/features/balance/BalanceCard';
import { LimitsCard } from '~/features/limits/LimitsCard';
import { SpendingCard } from '~/features/spending/SpendingCard';
import { RecentCard } from '~/features/transactions/RecentCard';
import { useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import { PageTitle } from '~/ui/PageTitle';

/** How much there is, where it went, how to add more. The balance is the title for the eye. */
export default function DashboardPage() {
  const texts = useTexts(overviewTexts);
  return (
    <>
      <PageTitle hidden>{texts.title}</PageTitle>
      <div className="grid gap-6">
        <BalanceBanner />
        <div className="grid gap-6 md:grid-cols-2">
          <BalanceCard />
          <LimitsCard />
        </div>
        <SpendingCard />
        <RecentCard />
      </div>
    </>
  );
}
