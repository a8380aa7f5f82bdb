import { useState } from 'react';
import { Navigate } from 'react-router';
import { useBalance } from '~/api/balance';
import type { Provider } from '~/api/model';
import { useProviders } from '~/api/payments';
import { useSession } from '~/api/session';
import { TopUp } from '~/features/topup/TopUp';
import { TopUpSkeleton } from '~/features/topup/TopUpSkeleton';
import { useArrival } from '~/features/topup/useChoice';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { returnPath } from '~/lib/returnAddress';
import { recallPayment } from '~/payments/memory';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';

export default function TopUpPage() {
  return <Arrived key={useArrival()} />;
}

function Arrived() {
  const texts = useTexts(topupTexts);
  // A card was sent from this tab, and nobody knows yet what came of it: first that, then anything else.
  const [left] = useState(recallPayment);
  if (left?.isUnsettled) return <Navigate to={returnPath(left.provider, left.id)} replace />;
  return (
    <div className="mx-auto grid max-w-[560px] gap-6">
      <PageTitle>{texts.title}</PageTitle>
      <Content />
    </div>
  );
}

function Content() {
  const providers = useProviders();
  const balance = useBalance();
  const texts = useTexts(topupTexts);

  if (balance.data?.billingEnabled === false) return <Card>{texts.notBilled}</Card>;
  if (providers.isError && !providers.data) {
    return (
      <Card>
        <QueryError error={providers.error} onRetry={() => providers.refetch()} />
      </Card>
    );
  }
  if (!providers.data || balance.isPending) return <TopUpSkeleton />;
  const usdInUah = balance.data?.exchangeRate?.usdInUah ?? null;
  if (!hasAny(providers.data)) return <NoWayToPay />;
  return <TopUp providers={providers.data} usdInUah={usdInUah} />;
}

function NoWayToPay() {
  const { t } = useI18n();
  const texts = useTexts(topupTexts).method;
  const address = useSession().data?.supportEmail;
  return (
    <Card>
      <p>{texts.none}</p>
      {address && (
        <a
          href={`mailto:${address}`}
          className="mt-2 inline-flex min-h-11 items-center text-primary underline underline-offset-4"
        >
          {t.common.support(address)}
        </a>
      )}
    </Card>
  );
}

function hasAny(providers: readonly Provider[]): providers is readonly [Provider, ...Provider[]] {
  return providers.length > 0;
}
