import { describe, expect, it } from 'vitest';
import {
  convert,
  decimalsOf,
  divide,
  formatDecimal,
  formatMoney,
  type Micros,
  parseAmount,
  toDecimal,
  toMicros,
  toTyped,
} from './money';

/** A generator with a seed, so that a failure can be repeated. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const micros = (value: number) => value as Micros;
/** What a person sees, with plain blanks. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('toMicros', () => {
  it('is exact for every decimal of 6 places below 2^32', () => {
    const seed = Date.now() % 2 ** 32;
    const next = numbers(seed);
    for (let round = 0; round < 20_000; round += 1) {
      // Small and large amounts alike, up to the very limit.
      const whole = next(2 ** (1 + next(32)));
      const fraction = next(1_000_000);
      const text = `${whole}.${String(fraction).padStart(6, '0')}`;
      expect(toMicros(Number(text)), `seed ${seed}: ${text}`).toBe(whole * 1_000_000 + fraction);
      expect(Number(toDecimal(toMicros(Number(text)))), `seed ${seed}: ${text}`).toBe(Number(text));
    }
  });

  it('takes amounts below zero, and makes no minus zero', () => {
    expect(toMicros(-12.4)).toBe(-12_400_000);
    expect(Object.is(toMicros(-0), 0)).toBe(true);
  });

  it.each([2 ** 32, -(2 ** 32), 0.1234567, 1e-9, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %d',
    (amount) => {
      expect(() => toMicros(amount)).toThrow(RangeError);
    },
  );
});

describe('formatMoney', () => {
  it('puts the sign of the currency where each language has it', () => {
    expect(plain(formatMoney(micros(12_400_000), 'uk'))).toBe('12,40 $');
    expect(plain(formatMoney(micros(512_300_000), 'uk', { currency: 'UAH' }))).toBe('512,30 ₴');
    expect(formatMoney(micros(12_400_000), 'en')).toBe('$12.40');
    expect(formatMoney(micros(512_300_000), 'en', { currency: 'UAH' })).toBe('₴512.30');
  });

  it('never breaks a number and never writes a hyphen for minus', () => {
    expect(formatMoney(micros(-1_234_567_400_000), 'uk')).toBe('\u22121\u00a0234\u00a0567,40\u00a0$');
  });

  it('never shows something as nothing', () => {
    expect(formatMoney(micros(2_000), 'en')).toBe('$0.002');
    expect(formatMoney(micros(2_000), 'en', { decimals: 'fine' })).toBe('$0.002');
    expect(formatMoney(micros(3), 'en')).toBe('$0.000003');
    expect(formatMoney(micros(9_000), 'en', { roundDown: true })).toBe('$0.009');
    expect(formatMoney(micros(0), 'en')).toBe('$0.00');
  });

  it('shows as many decimals as the place has room for', () => {
    const cost = micros(23_541_234);
    expect(formatMoney(cost, 'en')).toBe('$23.54');
    expect(formatMoney(cost, 'en', { decimals: 'fine' })).toBe('$23.5412');
    expect(formatMoney(cost, 'en', { decimals: 'exact' })).toBe('$23.541234');
  });

  it('rounds what can be spent down', () => {
    expect(formatMoney(micros(9_999_999), 'en', { roundDown: true })).toBe('$9.99');
    expect(formatMoney(micros(-1_001), 'en', { roundDown: true })).toBe('\u2212$0.0011');
  });

  it('marks money in with a plus when asked', () => {
    expect(formatMoney(micros(10_000_000), 'en', { signed: true })).toBe('+$10.00');
    expect(formatMoney(micros(0), 'en', { signed: true })).toBe('$0.00');
  });
});

it('shows amounts to choose from without decimals where they have none', () => {
  expect(formatMoney(micros(25_000_000), 'en', { decimals: 'short' })).toBe('$25');
  expect(formatMoney(micros(12_500_000), 'en', { decimals: 'short' })).toBe('$12.50');
});

it('lines the decimals of a column up', () => {
  const column = [micros(-500_000), micros(25_000_000), micros(-23_540)];
  const decimals = decimalsOf(column);
  const lines = column.map((amount) =>
    plain(formatMoney(amount, 'uk', { decimals: 'fine', signed: true, column: decimals })).replace(
      /\u2007/g,
      '_',
    ),
  );
  expect(lines).toEqual(['\u22120,50 $__', '+25,00 $__', '\u22120,0235 $']);
  expect(decimalsOf([micros(10_000_000)])).toBe(2);
  expect(decimalsOf([])).toBe(2);
});

it('converts at an exact rate', () => {
  expect(convert(micros(12_400_000), '41.31')).toBe(512_244_000);
  expect(convert(micros(4_000_000_000_000), '41.50')).toBe(166_000_000_000_000);
  expect(convert(micros(1), '0.0240963855')).toBe(0);
});

it('divides to the nearest micro', () => {
  expect(divide(micros(10), 3)).toBe(3);
  expect(divide(micros(20), 3)).toBe(7);
});

describe('parseAmount', () => {
  it.each([
    ['10', '10'],
    ['10,5', '10.5'],
    ['10.50', '10.5'],
    [' 1 000,05 ', '1000.05'],
    ['1\u00a0000', '1000'],
    ['007', '7'],
    ['5.', '5'],
  ])('reads %j as %s', (text, decimal) => {
    expect(parseAmount(text)).toMatchObject({ ok: true, decimal });
  });

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['ten', 'not_a_number'],
    ['-5', 'not_a_number'],
    ['1e3', 'not_a_number'],
    ['1,000.50', 'not_a_number'],
    ['.5', 'not_a_number'],
    ['10,505', 'too_many_decimals'],
    ['1,000', 'too_many_decimals'],
    ['12345678901', 'too_large'],
  ])('refuses %j as %s', (text, problem) => {
    expect(parseAmount(text)).toEqual({ ok: false, problem });
  });

  it('reads back what a field shows', () => {
    const next = numbers(7);
    for (let round = 0; round < 1_000; round += 1) {
      const amount = micros(next(10_000_000) * 10_000);
      expect(parseAmount(toTyped(amount, 'uk'))).toMatchObject({ ok: true, micros: amount });
      expect(parseAmount(toTyped(amount, 'en'))).toMatchObject({ ok: true, micros: amount });
    }
  });
});

describe('formatDecimal', () => {
  it('keeps every decimal of a rate', () => {
    expect(formatDecimal('41.3125', 'uk', 2)).toBe('41,3125');
    expect(formatDecimal('0.0240963855', 'en')).toBe('0.0240963855');
    expect(formatDecimal('41.5', 'uk', 2)).toBe('41,50');
  });
});
