import { describe, expect, it } from 'vitest';
import { dayIn, formatDay, formatMoment } from './dates';
import { countDays, daysAfter, daysBetween } from './days';

describe('days', () => {
  it('belong to a zone', () => {
    const late = new Date('2026-11-28T22:30:00Z');
    expect(dayIn('Europe/Kyiv', late)).toBe('2026-11-29');
    expect(dayIn('UTC', late)).toBe('2026-11-28');
  });

  it('follow each other over the change of clocks', () => {
    expect(daysBetween('2026-10-24', '2026-10-26')).toEqual(['2026-10-24', '2026-10-25', '2026-10-26']);
    expect(daysAfter('2026-03-28', 2)).toBe('2026-03-30');
    expect(daysAfter('2026-03-01', -1)).toBe('2026-02-28');
    expect(countDays('2026-10-01', '2026-10-31')).toBe(31);
  });

  it('are written the same in every zone', () => {
    expect(formatDay('2026-11-01', 'uk')).toBe('1 лист.');
    expect(formatDay('2026-11-01', 'en', 'month')).toBe('1 November');
  });
});

describe('formatMoment', () => {
  it('takes the viewer’s zone unless another is named', () => {
    expect(formatMoment('2026-11-28T22:00:00Z', 'uk', 'time')).toBe('00:00');
    expect(formatMoment('2026-11-28T22:00:00Z', 'uk', 'time', 'UTC')).toBe('22:00');
  });

  it('falls back to the viewer’s zone for a name that the browser does not know', () => {
    expect(formatMoment('2026-11-28T22:00:00Z', 'en', 'time', 'Mars/Olympus')).toBe('00:00');
  });
});
