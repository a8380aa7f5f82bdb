import { expect, it } from 'vitest';
import { parseUsage } from '~/api/parse';
import { toMicros } from '~/lib/money';
import { usageOf } from '~/test/fixtures';
import { forecastDays } from './forecast';

const forecast = (available: number, days: Parameters<typeof usageOf>[0]) =>
  forecastDays(toMicros(available), parseUsage(usageOf(days)));

it('goes by what was spent a day since spending began, today left out', () => {
  expect(forecast(12, { '2026-11-18': { a: 5 }, '2026-11-27': { a: 5 }, '2026-11-28': { a: 100 } })).toBe(12);
});

it('counts in tens of days beyond a month', () => {
  expect(forecast(30, { '2026-11-18': { a: 10 } })).toBe(30);
  expect(forecast(39, { '2026-11-18': { a: 10 } })).toBe(30);
  expect(forecast(222, { '2026-11-18': { a: 10 } })).toBe(220);
});

it('does not guess', () => {
  expect(forecast(12, {}), 'no spending').toBeNull();
  expect(forecast(12, { '2026-11-28': { a: 1 } }), 'only today').toBeNull();
  expect(forecast(12, { '2026-11-22': { a: 1 } }), 'under a week').toBeNull();
  expect(forecast(0, { '2026-11-10': { a: 1 } }), 'no money').toBeNull();
  expect(forecast(1000, { '2026-11-10': { a: 0.01 } }), 'years').toBeNull();
  expect(forecast(12, { '2026-11-21': { a: 7 } }), 'a week').toBe(12);
});
