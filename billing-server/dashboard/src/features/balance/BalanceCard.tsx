import { useBalance } from '~/api/balance';
import type { Balance } from '~/api/model';
import { useUsage } from '~/api/usage';
import { useI18n, useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import { convert, formatDecimal, type Micros } from '~/lib/money';
import { Freshness } from '~/shared/Freshness';
import { Loading } from '~/shared/Loading';
import { QueryError } from '~/shared/QueryError';
import { announceCalmly } from '~/ui/Announcer';
import { ButtonLink } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { Skeleton } from '~/ui/Skeleton';
import { forecastDays } from './forecast';
import { standingOf } from './standing';
import { useBalanceChange } from './useBalanceChange';

const QUICK_AMOUNTS = [10, 25, 50] as const;

export function BalanceCard() {
  const texts = useTexts(overviewTexts).balance;
  const query = useBalance();
  const { data: balance } = query;
  return (
    <Card title={texts.title} aside={<Freshness query={query} />}>
      {balance && <BalanceFigures balance={balance} />}
      {query.isPending && (
        <Loading>
          <BalanceSkeleton />
        </Loading>
      )}
      {query.isError && !balance && <QueryError error={query.error} onRetry={() => query.refetch()} />}
    </Card>
  );
}

function BalanceFigures({ balance }: { balance: Balance }) {
  const texts = useTexts(overviewTexts).balance;
  const { money } = useI18n();
  const standing = standingOf(balance);
  const shown = money(balance.available, { roundDown: true });
  const change = useBalanceChange(balance.available, (delta) =>
    announceCalmly(texts.changed(money(delta, { signed: true, decimals: 'fine' }), shown)),
  );
  return (
    <>
      <p className="text-small text-muted">{texts.available}</p>
      <p className="figures flex flex-wrap items-baseline gap-x-3">
        <span className="text-figure-small font-semibold sm:text-figure">{shown}</span>
        {change !== null && <Change amount={change} />}
      </p>
      {balance.held > 0 && (
        <p className="figures text-small text-muted">
          {texts.held(money(balance.held, { decimals: 'fine' }))}
        </p>
      )}
      <InHryvnias balance={balance} />
      <Forecast available={balance.available} />
      {standing === 'new' && <p className="mt-2">{texts.start}</p>}
      {standing === 'unbilled' ? <p className="mt-6 text-muted">{texts.notBilled}</p> : <TopUpLinks />}
    </>
  );
}

function Change({ amount }: { amount: Micros }) {
  const { money } = useI18n();
  return (
    <span aria-hidden className={`font-medium ${amount > 0 ? 'text-positive' : 'text-muted'}`}>
      {money(amount, { signed: true, decimals: 'fine' })}
    </span>
  );
}

/** What can be spent in hryvnias, at the server's rate: the same money as the figure above. */
function InHryvnias({ balance: { available, exchangeRate: rate } }: { balance: Balance }) {
  const texts = useTexts(overviewTexts).balance;
  const { language, money, moment } = useI18n();
  if (!rate || available === 0) return null;
  const amount = money(convert(available, rate.usdInUah), { currency: 'UAH' });
  const source = texts.sources[rate.source as keyof typeof texts.sources] ?? rate.source;
  const date = moment(rate.asOf, 'date').replaceAll(' ', '\u00a0');
  return (
    <p className="figures mt-1 text-small text-muted">
      {texts.inHryvnias(amount, formatDecimal(rate.usdInUah, language, 2), source, date)}
    </p>
  );
}

function Forecast({ available }: { available: Micros }) {
  const texts = useTexts(overviewTexts).balance;
  const { data: usage } = useUsage();
  const days = usage ? forecastDays(available, usage) : null;
  return days === null ? null : <p className="mt-1 text-small text-muted">{texts.forecast(days)}</p>;
}

/** Each opens the top-up page with its amount filled in: nothing is charged by one press. */
function TopUpLinks() {
  const texts = useTexts(overviewTexts).balance;
  const { money } = useI18n();
  return (
    <div className="mt-6 flex flex-wrap gap-2">
      <ButtonLink variant="primary" to="/topup" className="max-sm:w-full">
        {texts.topUp}
      </ButtonLink>
      {QUICK_AMOUNTS.map((amount) => {
        const text = money((amount * 1_000_000) as Micros, { decimals: 'short' });
        return (
          <ButtonLink
            key={amount}
            to={`/topup?amount=${amount}`}
            aria-label={`${texts.quick} ${text}`}
            className="figures max-sm:grow"
          >
            {text}
          </ButtonLink>
        );
      })}
    </div>
  );
}

function BalanceSkeleton() {
  return (
    <>
      <Skeleton className="h-5 w-20" />
      <Skeleton className="mt-1 h-11 w-40" />
      <Skeleton className="mt-2 h-4 w-64 max-w-full" />
      <Skeleton className="mt-6 h-11 w-72 max-w-full" />
    </>
  );
}
