import { useState } from 'react';
import { useBalance } from '~/api/balance';
import { describeError } from '~/api/errors';
import type { Settings } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { type Language, toTyped } from '~/lib/money';
import { AmountField } from './AmountField';
import { type FieldAmount, readAmount, refusedAmount, sentAmount } from './amounts';
import { Contested } from './Contested';
import { Section } from './Section';
import type { Edits } from './useEdits';
import { useSave } from './useSave';

export type Limits = { day: string; month: string };
type Period = keyof Limits;

export const limitsOf = ({ dailyLimit, monthlyLimit }: Settings, language: Language): Limits => ({
  day: toTyped(dailyLimit, language),
  month: toTyped(monthlyLimit, language),
});

const PERIODS: readonly Period[] = ['day', 'month'];
const WORDS = { day: /daily/, month: /monthly/ };

export function LimitsSection({ settings, edits }: { settings: Settings; edits: Edits<Limits> }) {
  const texts = useTexts(settingsTexts);
  const { t, money } = useI18n();
  const { data: balance } = useBalance();
  const save = useSave();
  const [isTried, setTried] = useState(false);

  const read = {
    day: readAmount(edits.values.day, texts),
    month: readAmount(edits.values.month, texts),
  };
  const isChanged = (period: Period) => edits.changed.includes(period);
  const ceilings = { day: settings.dailyCeiling, month: settings.monthlyCeiling };
  const saved = { day: settings.dailyLimit, month: settings.monthlyLimit };
  const isTurned = (read.day.micros ?? 0) > (read.month.micros ?? Number.POSITIVE_INFINITY);

  /** Only what somebody has changed can be wrong. */
  const errorOf = (period: Period): string | null => {
    if (!isChanged(period)) return null;
    const { micros, error } = read[period];
    if (micros === null) return error;
    if (micros > ceilings[period]) return texts.amounts.above(money(ceilings[period]));
    const isMine = period === 'day' || !isChanged('day');
    return isTurned && isMine ? texts.limits.dayAboveMonth : null;
  };
  const errors = { day: errorOf('day'), month: errorOf('month') };
  const refused = refusedAmount(save.error, edits.changed, WORDS);

  const start = () => {
    setTried(true);
    if (errors.day || errors.month) return;
    const sent = (period: Period, amount: FieldAmount) =>
      isChanged(period) ? sentAmount(amount) : undefined;
    const body = { daily_limit_usd: sent('day', read.day), monthly_limit_usd: sent('month', read.month) };
    const { values } = edits;
    save.start(body, () => {
      edits.settle(values);
      setTried(false);
    });
  };

  const hintOf = (period: Period) => {
    const use = balance?.[period].used;
    const { micros } = read[period];
    const used = period === 'day' ? texts.limits.usedDay : texts.limits.usedMonth;
    const stopsNow = isChanged(period) && use !== undefined && use > 0 && micros !== null && micros <= use;
    return (
      <>
        {use !== undefined && used(money(use))}{' '}
        <span className="block">{texts.limits.upTo(money(ceilings[period]))}</span>
        {stopsNow && <span className="block text-caution">{texts.limits.stopsNow}</span>}
        {edits.isContested(period) && (
          <Contested value={money(saved[period])} onTake={() => edits.drop(period)} />
        )}
      </>
    );
  };

  return (
    <Section
      title={texts.limits.title}
      text={texts.limits.text}
      isDirty={edits.isDirty}
      save={save}
      onSave={start}
      onUndo={() => edits.drop()}
      isToldAtField={refused !== null}
    >
      {PERIODS.map((period) => (
        <AmountField
          key={period}
          label={texts.limits[period]}
          value={edits.values[period]}
          onChange={(value) => {
            save.touch();
            edits.set(period, value);
          }}
          error={errors[period]}
          refusal={refused === period ? describeError(save.error, t).text : null}
          isTried={isTried}
          hint={hintOf(period)}
        />
      ))}
    </Section>
  );
}
