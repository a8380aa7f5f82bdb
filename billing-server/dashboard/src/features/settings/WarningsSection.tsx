import { useState } from 'react';
import { describeError } from '~/api/errors';
import type { Notifications, Settings } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { type Language, toTyped } from '~/lib/money';
import { Checkbox } from '~/ui/Checkbox';
import { AmountField } from './AmountField';
import { readAmount, refusedAmount, sentAmount } from './amounts';
import { Contested } from './Contested';
import { Section } from './Section';
import type { Edits } from './useEdits';
import { useSave } from './useSave';

export type Warnings = { threshold: string } & Pick<Notifications, keyof Notifications>;

export const warningsOf = ({ lowThreshold, notifications }: Settings, language: Language): Warnings => ({
  threshold: toTyped(lowThreshold, language),
  ...notifications,
});

const LETTERS = ['balance_low', 'limit_reached', 'payment_failed'] as const satisfies (keyof Notifications)[];

export function WarningsSection({ settings, edits }: { settings: Settings; edits: Edits<Warnings> }) {
  const texts = useTexts(settingsTexts);
  const { t, money } = useI18n();
  const save = useSave();
  const [isTried, setTried] = useState(false);
  const { values, changed } = edits;

  const isThresholdChanged = changed.includes('threshold');
  const threshold = readAmount(values.threshold, texts);
  const error = isThresholdChanged ? threshold.error : null;
  const refused = refusedAmount(save.error, ['threshold'], { threshold: /threshold/ });

  const set: typeof edits.set = (name, value) => {
    save.touch();
    edits.set(name, value);
  };
  const start = () => {
    setTried(true);
    if (error) return;
    const letters = LETTERS.filter((letter) => changed.includes(letter));
    const body = {
      low_balance_threshold_usd: isThresholdChanged ? sentAmount(threshold) : undefined,
      notifications:
        letters.length > 0
          ? Object.fromEntries(letters.map((letter) => [letter, values[letter]]))
          : undefined,
    };
    save.start(body, () => {
      edits.settle(values);
      setTried(false);
    });
  };

  return (
    <Section
      title={texts.warnings.title}
      isDirty={edits.isDirty}
      save={save}
      onSave={start}
      onUndo={() => edits.drop()}
      isToldAtField={refused !== null}
    >
      <AmountField
        label={texts.warnings.threshold}
        value={values.threshold}
        onChange={(value) => set('threshold', value)}
        error={error}
        refusal={refused ? describeError(save.error, t).text : null}
        isTried={isTried}
        hint={
          <>
            {texts.warnings.thresholdHint}
            {edits.isContested('threshold') && (
              <Contested value={money(settings.lowThreshold)} onTake={() => edits.drop('threshold')} />
            )}
          </>
        }
      />
      <fieldset>
        <legend className="mb-1 text-small font-medium">{texts.warnings.letters}</legend>
        {LETTERS.map((letter) => (
          <Checkbox
            key={letter}
            label={texts.warnings[letter]}
            checked={values[letter]}
            onChange={(checked) => set(letter, checked)}
            hint={
              edits.isContested(letter) && (
                <Contested
                  value={settings.notifications[letter] ? texts.warnings.on : texts.warnings.off}
                  onTake={() => edits.drop(letter)}
                />
              )
            }
          />
        ))}
        <p className="mt-1 text-note text-muted">
          {texts.warnings.receipts}{' '}
          {settings.email ? texts.warnings.address(settings.email) : texts.warnings.noAddress}
        </p>
      </fieldset>
    </Section>
  );
}
