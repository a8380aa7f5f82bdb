import { Link } from 'react-router';
import { useBalance } from '~/api/balance';
import type { LimitUse } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import { shareOf, subtract } from '~/lib/money';
import { Loading } from '~/shared/Loading';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { Meter, type MeterTone } from '~/ui/Meter';
import { Skeleton } from '~/ui/Skeleton';

export function LimitsCard() {
  const texts = useTexts(overviewTexts).limits;
  const query = useBalance();
  const { data: balance } = query;
  const change = (
    <Link
      to="/settings"
      className="-my-1.5 inline-flex min-h-11 items-center text-small text-primary underline underline-offset-4"
    >
      {texts.change}
    </Link>
  );
  return (
    <Card title={texts.title} aside={change}>
      {balance && (
        <div className="grid gap-6">
          <LimitMeter period="day" use={balance.day} timeZone={balance.timeZone} />
          <LimitMeter period="month" use={balance.month} timeZone={balance.timeZone} />
        </div>
      )}
      {query.isPending && (
        <Loading>
          <div className="grid gap-6">
            <Skeleton className="h-16 w-full" />
            <Skeleton className="h-16 w-full" />
          </div>
        </Loading>
      )}
      {query.isError && !balance && <QueryError error={query.error} onRetry={() => query.refetch()} />}
    </Card>
  );
}

interface LimitMeterProps {
  period: 'day' | 'month';
  use: LimitUse;
  timeZone: string;
}

function LimitMeter({ period, use, timeZone }: LimitMeterProps) {
  const texts = useTexts(overviewTexts).limits;
  const { money } = useI18n();
  const tone = toneOf(use);
  const used = texts.used(money(use.used), money(use.limit));
  const resets = useResetText(period, use.resetsAt, timeZone, tone === 'danger');
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="text-small font-medium">{texts[period]}</h3>
        <p className="figures text-small">{used}</p>
      </div>
      <Meter label={texts[period]} text={used} share={shareOf(use.used, use.limit)} tone={tone} />
      <p className={`mt-2 text-note ${tone === 'danger' ? 'text-danger' : 'text-muted'}`}>
        {tone === 'caution' && (
          <strong className="figures font-medium text-caution">
            {texts.left(money(subtract(use.limit, use.used), { roundDown: true }))}.{' '}
          </strong>
        )}
        {resets}
      </p>
    </div>
  );
}

/** From four fifths on a limit is near. */
function toneOf({ used, limit }: LimitUse): MeterTone {
  if (used >= limit) return 'danger';
  return used * 5 >= limit * 4 ? 'caution' : 'data';
}

function useResetText(period: 'day' | 'month', at: string, timeZone: string, reached: boolean): string {
  const texts = useTexts(overviewTexts).limits;
  const { moment } = useI18n();
  const place = /^Europe\/(Kyiv|Kiev)$/.test(timeZone) ? texts.kyiv : `(${timeZone})`;
  const time = moment(at, 'time', timeZone);
  if (period === 'day') return reached ? texts.reachedDay(time, place) : texts.resetsDay(time, place);
  const date = moment(at, 'month', timeZone);
  return reached ? texts.reachedMonth(date, time, place) : texts.resetsMonth(date, time, place);
}
