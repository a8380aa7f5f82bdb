import type { RefObject } from 'react';
import type { Provider } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { topupTexts } from '~/i18n/topup';
import { type Currency, parseAmount, toTyped } from '~/lib/money';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { Field } from '~/ui/Field';
import { Segments } from '~/ui/Segments';
import { type ChosenAmount, exchanged, problemText } from './amount';
import type { Charge } from './useCharge';
import type { Choice } from './useChoice';

interface AmountStepProps {
  choice: Choice;
  choose: (change: Partial<Choice>) => void;
  providers: readonly Provider[];
  provider: Provider;
  chosen: ChosenAmount;
  charge: Charge;
  usdInUah: string | null;
  /** Whether what is wrong is told already. */
  isChecked: boolean;
  onCheck: () => void;
  field: RefObject<HTMLInputElement | null>;
}

const CURRENCIES: readonly { value: Currency; title: string }[] = [
  { value: 'USD', title: 'USD' },
  { value: 'UAH', title: 'UAH' },
];

export function AmountStep(props: AmountStepProps) {
  const { choice, choose, providers, provider, chosen, usdInUah, isChecked, onCheck, field } = props;
  const { money, language } = useI18n();
  const texts = useTexts(topupTexts).amount;
  const { currency, min, max } = provider;
  const typed = parseAmount(choice.text);
  const presets = providers.find((each) => each.currency === choice.currency)?.presets ?? [];

  const changeCurrency = (to: Currency) => {
    const amount = typed.ok ? exchanged(typed.micros, choice.currency, to, usdInUah) : null;
    choose({ currency: to, ...(amount !== null && { text: toTyped(amount, language) }) });
  };

  return (
    <Card
      title={texts.title}
      aside={
        <Segments
          legend={texts.currency}
          options={CURRENCIES}
          value={choice.currency}
          onChange={changeCurrency}
        />
      }
    >
      <div className="grid gap-4">
        <Field
          large
          label={texts.label}
          ref={field}
          inputMode="decimal"
          autoComplete="off"
          value={choice.text}
          unit={choice.currency === 'USD' ? '$' : '₴'}
          onChange={(event) => choose({ text: event.target.value })}
          onBlur={() => choice.text && onCheck()}
          hint={texts.bounds(money(min, { currency }), money(max, { currency }))}
          error={isChecked && chosen.problem ? problemText(chosen.problem, provider, texts, money) : null}
        />
        {presets.length > 0 && (
          <fieldset className="grid grid-cols-[repeat(auto-fit,minmax(4.5rem,1fr))] gap-2 sm:flex sm:flex-wrap">
            <legend className="sr-only">{texts.quick}</legend>
            {presets.map((preset) => (
              <Button
                key={preset}
                aria-pressed={typed.ok && typed.micros === preset}
                className="figures max-sm:px-1 aria-pressed:border-primary aria-pressed:ring-1 aria-pressed:ring-primary"
                onClick={() => choose({ text: toTyped(preset, language) })}
              >
                {money(preset, { currency: choice.currency, decimals: 'short' })}
              </Button>
            ))}
          </fieldset>
        )}
        <Conversion {...props} />
      </div>
    </Card>
  );
}

/** What the amount comes to in the other currency, while it is being typed. */
function Conversion({ choice, provider, chosen, charge, usdInUah }: AmountStepProps) {
  const { money } = useI18n();
  const texts = useTexts(topupTexts).amount;
  const { typed, amount, problem } = chosen;
  const { currency } = provider;

  const text = () => {
    if (!typed.ok || amount === null || problem) return null;
    if (choice.currency !== currency)
      return texts.charged(money(charge.order?.amount ?? amount, { currency }));
    if (currency === 'UAH') return charge.credited === null ? null : texts.credited(money(charge.credited));
    const inHryvnias = exchanged(amount, 'USD', 'UAH', usdInUah);
    return inHryvnias === null ? null : texts.aboutInHryvnias(money(inHryvnias, { currency: 'UAH' }));
  };
  // Of one height with and without words: what follows does not move.
  return <p className="figures min-h-6 text-muted">{text()}</p>;
}
