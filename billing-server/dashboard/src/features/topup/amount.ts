import type { Provider } from '~/api/model';
import type { topup } from '~/i18n/uk/topup';
import { type Currency, type Micros, type MoneyFormat, type ParsedAmount, parseAmount } from '~/lib/money';
import { atRate, forAmountAtRate } from '~/lib/rates';
import type { Choice } from './useChoice';

/** What was typed, and what it comes to for a way to pay. */
export interface ChosenAmount {
  typed: ParsedAmount;
  /** In the currency of the provider, before what the exchange keeps; null when it can't be told. */
  amount: Micros | null;
  problem: Problem | null;
}

type Problem = keyof typeof topup.amount.problems | 'noRate';

export function chosenAmount(choice: Choice, provider: Provider, usdInUah: string | null): ChosenAmount {
  const typed = parseAmount(choice.text);
  if (!typed.ok) return { typed, amount: null, problem: PROBLEMS[typed.problem] };
  const amount = exchanged(typed.micros, choice.currency, provider.currency, usdInUah);
  if (amount === null) return { typed, amount, problem: 'noRate' };
  if (amount < provider.min) return { typed, amount, problem: 'under' };
  return { typed, amount, problem: amount > provider.max ? 'over' : null };
}

const PROBLEMS = {
  empty: 'empty',
  not_a_number: 'notANumber',
  too_many_decimals: 'tooManyDecimals',
  too_large: 'over',
} as const;

/** An amount in another currency, in whole cents or kopiikas. */
export function exchanged(amount: Micros, from: Currency, to: Currency, usdInUah: string | null) {
  if (from === to) return amount;
  if (usdInUah === null) return null;
  return to === 'UAH' ? atRate(amount, usdInUah) : forAmountAtRate(amount, usdInUah);
}

type Texts = typeof topup.amount;
type Money = (micros: Micros, format?: MoneyFormat) => string;

export function problemText(problem: Problem, { currency, min, max }: Provider, texts: Texts, money: Money) {
  switch (problem) {
    case 'noRate':
      return texts.noRate;
    case 'under':
      return texts.problems.under(money(min, { currency }));
    case 'over':
      return texts.problems.over(money(max, { currency }));
    default:
      return texts.problems[problem];
  }
}
