import { describe, expect, it } from 'vitest';
import { parseProvider } from '~/api/parse';
import type { Micros } from '~/lib/money';
import { fondy, stripeForm } from '~/test/payments';
import { chosenAmount } from './amount';

const [card, bank] = [parseProvider(stripeForm), parseProvider(fondy)];
const micros = (amount: number) => Math.round(amount * 1_000_000) as Micros;
const typed = (text: string, currency: 'USD' | 'UAH' = 'USD') => ({ text, currency, method: null });

describe('an amount to top up', () => {
  it('is what was typed, in the currency of its provider', () => {
    expect(chosenAmount(typed('12,50'), card, null)).toMatchObject({ amount: micros(12.5), problem: null });
    expect(chosenAmount(typed('500', 'UAH'), bank, null)).toMatchObject({ amount: micros(500) });
  });

  it('is exchanged for a provider of another currency, up to the whole cent', () => {
    expect(chosenAmount(typed('10.01'), bank, '41.31').amount).toBe(micros(413.52));
    expect(chosenAmount(typed('500', 'UAH'), card, '41.31').amount).toBe(micros(12.11));
  });

  it('can’t be told in another currency without a rate', () => {
    expect(chosenAmount(typed('10'), bank, null)).toMatchObject({ amount: null, problem: 'noRate' });
  });

  it.each([
    ['', 'empty'],
    ['ten', 'notANumber'],
    ['10,505', 'tooManyDecimals'],
    ['99999999999', 'over'],
    ['4,99', 'under'],
    ['1000,01', 'over'],
  ])('%j has the problem %s', (text, problem) => {
    expect(chosenAmount(typed(text), card, '41.31').problem).toBe(problem);
  });

  it('is bounded in the currency that is charged', () => {
    expect(chosenAmount(typed('5'), card, '41.31').problem).toBeNull();
    expect(chosenAmount(typed('1000'), card, '41.31').problem).toBeNull();
    expect(chosenAmount(typed('4,84'), bank, '41.31').problem).toBe('under');
    expect(chosenAmount(typed('4,85'), bank, '41.31').problem).toBeNull();
  });
});
