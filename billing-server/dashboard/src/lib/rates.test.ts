import { describe, expect, it } from 'vitest';
import type { Micros } from './money';
import { atRate, forAmountAtRate, toMinorUnits } from './rates';

const micros = (amount: number) => Math.round(amount * 1_000_000) as Micros;

describe('an amount at a rate', () => {
  it.each([
    [10, '41.31', 413.1],
    [10.01, '41.31', 413.52],
    [0.01, '41.3125', 0.42],
    [1_000, '41', 41_000],
  ])('%d at %s is %d', (amount, rate, expected) => {
    expect(atRate(micros(amount), rate)).toBe(micros(expected));
  });

  it.each([
    [413.1, '41.31', 10],
    [413.11, '41.31', 10.01],
    [10, '0.0240963855', 415.01],
    [500, '41.50', 12.05],
  ])('%d is had for what %s asks: %d', (amount, rate, expected) => {
    expect(forAmountAtRate(micros(amount), rate)).toBe(micros(expected));
  });

  it('is never less than it has to be, there and back', () => {
    for (let cents = 1; cents < 20_000; cents += 37) {
      const dollars = micros(cents / 100);
      expect(forAmountAtRate(atRate(dollars, '41.3127'), '41.3127')).toBeGreaterThanOrEqual(dollars);
    }
  });
});

it('counts in minor units for providers', () => {
  expect(toMinorUnits(micros(10.01))).toBe(1001);
});
