import { describe, expect, it } from 'vitest';
import { parseUsage } from '~/api/parse';
import { usageOf } from '~/test/fixtures';
import { spendingOf } from './series';

const spending = (days: Parameters<typeof usageOf>[0]) => spendingOf(parseUsage(usageOf(days)));

describe('spendingOf', () => {
  it('has a line for every day, today among them', () => {
    const { days } = spending({ '2026-11-20': { a: 1 } });
    expect(days).toHaveLength(30);
    expect(days.filter((day) => day.total > 0).map((day) => day.day)).toEqual(['2026-11-20']);
    expect(days.filter((day) => day.incomplete).map((day) => day.day)).toEqual(['2026-11-28']);
  });

  it('puts the dearest tools first and the small ones together', () => {
    const { tools, totals, total } = spending({
      '2026-11-20': { a: 1, b: 5, c: 3, d: 2 },
      '2026-11-21': { e: 0.5, f: 0.25, a: 4 },
    });
    expect(tools).toEqual(['a', 'b', 'c', 'd', null]);
    expect(totals).toEqual([5_000_000, 5_000_000, 3_000_000, 2_000_000, 750_000]);
    expect(total).toBe(15_750_000);
  });

  it('needs no others for a fifth tool', () => {
    expect(spending({ '2026-11-20': { a: 5, b: 4, c: 3, d: 2, e: 1 } }).tools).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });

  it('tells an average from three days of spending on', () => {
    expect(spending({ '2026-11-19': { a: 1 }, '2026-11-20': { a: 1 } }).average).toBeNull();
    const { average } = spending({ '2026-11-19': { a: 1 }, '2026-11-20': { a: 1 }, '2026-11-28': { a: 1 } });
    expect(average).toBe(300_000);
  });

  it('is nothing where nothing was spent', () => {
    expect(spending({})).toMatchObject({ tools: [], total: 0, average: null });
  });
});
