import { useEffect, useState } from 'react';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { daysAfter } from '~/lib/days';
import { sameClock } from '~/lib/zones';
import { Field } from '~/ui/Field';
import { SelectField } from '~/ui/SelectField';
import { type Filters, isRange, type OwnRange, PERIODS } from './filters';
import type { AccountDay } from './query';
import type { ChangeFilters } from './useFilters';

interface PeriodFilterProps {
  period: Filters['period'];
  change: ChangeFilters;
  day: AccountDay | null;
}

export function PeriodFilter({ period, change, day }: PeriodFilterProps) {
  const texts = useTexts(transactionsTexts);
  const isOwn = period !== null && typeof period !== 'string';
  const options = [
    { value: '', title: texts.filters.all.period },
    ...PERIODS.map((value) => ({ value, title: texts.periods[value] })),
    { value: 'own', title: texts.periods.own },
  ];
  const choose = (value: string) => {
    const named = PERIODS.find((name) => name === value);
    const week = day && { from: daysAfter(day.today, -6), to: day.today };
    change({ period: named ?? (value === 'own' ? week : null) });
  };
  const isElsewhere = period !== null && day && !sameClock(day.timeZone, viewersZone());
  return (
    <div className="grid content-start gap-3">
      <SelectField
        label={texts.filters.period}
        value={isOwn ? 'own' : (period ?? '')}
        options={options}
        onChange={({ target }) => choose(target.value)}
        hint={isElsewhere ? texts.filters.zone(day.timeZone) : undefined}
      />
      {isOwn && <RangeFields range={period} change={change} />}
    </div>
  );
}

/** Two days. They reach the address once they are days, and in order. */
function RangeFields({ range, change }: { range: OwnRange; change: ChangeFilters }) {
  const texts = useTexts(transactionsTexts);
  const [draft, setDraft] = useState(range);
  const { from, to } = range;
  useEffect(() => setDraft({ from, to }), [from, to]);

  const type = (typed: Partial<OwnRange>) => {
    const next = { ...draft, ...typed };
    setDraft(next);
    if (isRange(next) && (next.from || next.to)) change({ period: next }, { replace: true });
  };
  const { from: first, to: last } = draft;
  const isTurned = first !== null && last !== null && first > last;
  return (
    <div className="grid grid-cols-2 gap-2">
      <Field
        type="date"
        label={texts.filters.from}
        value={first ?? ''}
        max={last ?? undefined}
        onChange={({ target }) => type({ from: target.value || null })}
        error={isTurned ? texts.filters.wrongRange : null}
      />
      <Field
        type="date"
        label={texts.filters.to}
        value={last ?? ''}
        min={first ?? undefined}
        onChange={({ target }) => type({ to: target.value || null })}
      />
    </div>
  );
}

function viewersZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
