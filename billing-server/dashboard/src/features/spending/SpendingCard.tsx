import { useState } from 'react';
import { useUsage } from '~/api/usage';
import { useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import { dayIn } from '~/lib/dates';
import { daysAfter } from '~/lib/days';
import { Freshness } from '~/shared/Freshness';
import { Loading } from '~/shared/Loading';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { Later } from '~/ui/Later';
import { Segments } from '~/ui/Segments';
import { Skeleton } from '~/ui/Skeleton';
import { SpendingView } from './SpendingView';

const PERIODS = ['7', '30', '90'] as const;
type Period = (typeof PERIODS)[number];
/** What the server answers when no range is asked for. */
const DEFAULT_PERIOD: Period = '30';

export function SpendingCard() {
  const texts = useTexts(overviewTexts).spending;
  const [period, setPeriod] = useState<Period>(DEFAULT_PERIOD);
  const query = useUsageOf(period);
  const { data: usage } = query;
  const options = PERIODS.map((value) => ({ value, title: texts.days(Number(value)) }));
  return (
    <Card
      title={texts.title}
      aside={
        <div className="flex flex-wrap items-center gap-3">
          <Freshness query={query} />
          <Segments legend={texts.period} options={options} value={period} onChange={setPeriod} />
        </div>
      }
    >
      {usage && (
        <Later placeholder={<SpendingSkeleton />}>
          <SpendingView usage={usage} />
        </Later>
      )}
      {query.isPending && <SpendingSkeleton />}
      {query.isError && !usage && <QueryError error={query.error} onRetry={() => query.refetch()} />}
    </Card>
  );
}

function SpendingSkeleton() {
  return (
    <Loading>
      <Skeleton className="h-12 w-64 max-w-full" />
      <Skeleton className="mt-2 h-60 w-full" />
      <Skeleton className="mt-4 h-14 w-full" />
    </Loading>
  );
}

/** The default period asks without days: which day it is in the account's zone, the first answer tells. */
function useUsageOf(period: Period) {
  const { data: first } = useUsage();
  const today = first && dayIn(first.timeZone);
  const range =
    period === DEFAULT_PERIOD || !today
      ? undefined
      : { from: daysAfter(today, 1 - Number(period)), to: today };
  return useUsage(range);
}
