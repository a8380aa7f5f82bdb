import { describe, expect, it } from 'vitest';
import { dayIn } from './dates';
import { firstOfMonth, sameClock, startOfDay } from './zones';

describe('startOfDay', () => {
  it.each([
    ['2026-11-28', 'Europe/Kyiv', '2026-11-27T22:00:00.000Z'],
    ['2026-07-01', 'Europe/Kyiv', '2026-06-30T21:00:00.000Z'],
    ['2026-11-28', 'UTC', '2026-11-28T00:00:00.000Z'],
    ['2026-11-28', 'America/Los_Angeles', '2026-11-28T08:00:00.000Z'],
    ['2026-11-28', 'Asia/Kathmandu', '2026-11-27T18:15:00.000Z'],
    // The days on which the clocks change.
    ['2026-03-29', 'Europe/Kyiv', '2026-03-28T22:00:00.000Z'],
    ['2026-03-30', 'Europe/Kyiv', '2026-03-29T21:00:00.000Z'],
    ['2026-10-25', 'Europe/Kyiv', '2026-10-24T21:00:00.000Z'],
    ['2026-10-26', 'Europe/Kyiv', '2026-10-25T22:00:00.000Z'],
  ])('of %s in %s is %s', (day, zone, moment) => {
    expect(startOfDay(day, zone)).toBe(moment);
  });

  it('is the first moment of the day where midnight is skipped', () => {
    const start = new Date(startOfDay('2026-03-29', 'Asia/Beirut'));
    expect(dayIn('Asia/Beirut', start)).toBe('2026-03-29');
    expect(dayIn('Asia/Beirut', new Date(start.getTime() - 1))).toBe('2026-03-28');
  });
});

it('finds the first day of a month', () => {
  expect(firstOfMonth('2026-11-28')).toBe('2026-11-01');
  expect(firstOfMonth('2026-01-31', -1)).toBe('2025-12-01');
  expect(firstOfMonth('2026-01-31', 1)).toBe('2026-02-01');
});

it('tells zones apart by their time', () => {
  expect(sameClock('Europe/Kyiv', 'Europe/Athens')).toBe(true);
  expect(sameClock('Europe/Kyiv', 'UTC')).toBe(false);
});
