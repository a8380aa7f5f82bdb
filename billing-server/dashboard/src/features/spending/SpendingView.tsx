import { type FocusEvent, lazy, Suspense, useId, useMemo, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Usage } from '~/api/model';
import { type I18n, useI18n, useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import type { Micros } from '~/lib/money';
import { dayTransactionsPath } from '~/lib/navigation';
import { toolName } from '~/lib/tools';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import { Button } from '~/ui/Button';
import { Skeleton } from '~/ui/Skeleton';
import { SpendingLegend } from './SpendingLegend';
import { SpendingTable } from './SpendingTable';
import { type Spending, type SpendingDay, spendingOf } from './series';

type Texts = (typeof overviewTexts.uk)['spending'];

const SpendingChart = lazy(() => import('~/ui/SpendingChart'));

/** The figures of a period: in words, as bars, and as a table for who prefers one. */
export function SpendingView({ usage }: { usage: Usage }) {
  const texts = useTexts(overviewTexts).spending;
  const { day: formatDay, money } = useI18n();
  const navigate = useNavigate();
  const [active, setActive] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const description = useId();
  const dayLink = useRef<HTMLAnchorElement>(null);
  /** The day stays while the focus is on the chart or on the link to it. */
  const leave = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget !== dayLink.current && !relatedTarget?.matches('[role=slider]')) setActive(null);
  };

  const spending = useMemo(() => spendingOf(usage), [usage]);
  const names = spending.tools.map((tool) => (tool === null ? texts.others : toolName(tool)));
  // Pointing at a day draws the chart again: its days must not be new each time.
  const days = useMemo(() => {
    const inWords = ({ day, total, incomplete }: SpendingDay) =>
      (incomplete ? texts.today : texts.day)(formatDay(day, 'longDate'), money(total, { decimals: 'fine' }));
    return spending.days.map((day) => ({
      key: day.day,
      label: formatDay(day.day),
      text: inWords(day),
      values: day.amounts,
      incomplete: day.incomplete,
    }));
  }, [spending, texts, formatDay, money]);
  const chosen = active === null ? undefined : spending.days[active];

  const headline = active === null ? totalText(spending, texts, money) : days[active]?.text;

  return (
    <>
      <div className="figures mb-2 flex min-h-12 flex-wrap items-center justify-between gap-x-4">
        <p>{headline}</p>
        {chosen && (
          <Link
            ref={dayLink}
            to={dayTransactionsPath(chosen.day)}
            // The chart keeps its day while its link is pressed.
            onPointerDown={(event) => event.preventDefault()}
            onBlur={leave}
            className="inline-flex min-h-11 items-center text-small text-primary underline underline-offset-4"
          >
            {texts.openDay}
          </Link>
        )}
      </div>
      <p id={description} className="sr-only">
        {texts.summary(formatDay(usage.from, 'month'), formatDay(usage.to, 'month'))}{' '}
        {spending.total > 0 && names[0] && texts.most(names[0])} {texts.keys}
      </p>
      <ErrorBoundary instead={() => <p className="py-8 text-muted">{texts.noChart}</p>}>
        <Suspense fallback={<Skeleton className="h-60 w-full" />}>
          <SpendingChart
            label={texts.chart}
            describedBy={description}
            days={days}
            formatValue={(value) => money(Math.round(value) as Micros, { decimals: 'fine' })}
            active={active}
            onActive={setActive}
            onBlur={leave}
            onOpen={(place) => {
              const day = spending.days[place];
              if (day) navigate(dayTransactionsPath(day.day));
            }}
          />
        </Suspense>
      </ErrorBoundary>
      {spending.total > 0 && (
        <>
          <SpendingLegend
            names={names}
            amounts={chosen?.amounts ?? spending.totals}
            decimals={chosen ? 'fine' : 'cents'}
          />
          <Button
            variant="quiet"
            className="mt-2 -mb-2 -ml-4"
            aria-expanded={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? texts.hideTable : texts.showTable}
          </Button>
          {asTable && <SpendingTable names={names} days={spending.days} />}
        </>
      )}
    </>
  );
}

function totalText({ total, average }: Spending, texts: Texts, money: I18n['money']): string {
  if (total === 0) return texts.none;
  return average === null ? texts.total(money(total)) : texts.totalAndAverage(money(total), money(average));
}
