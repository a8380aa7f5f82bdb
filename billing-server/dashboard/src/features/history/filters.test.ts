import { describe, expect, it } from 'vitest';
import type { Payment } from '~/api/model';
import { countFilters, type Filters, NO_FILTERS, readFilters, writeFilters } from './filters';
import { admits, toQuery } from './query';

const read = (search: string) => readFilters(new URLSearchParams(search));
const TODAY = '2026-11-28';
const DAY = { timeZone: 'Europe/Kyiv', today: TODAY };

describe('filters in the address', () => {
  it('are none where nothing is asked for', () => {
    expect(read('')).toEqual({ filters: NO_FILTERS, ignored: [] });
    expect(read('type=&q=&from=&period=')).toEqual({ filters: NO_FILTERS, ignored: [] });
    expect(countFilters(NO_FILTERS)).toBe(0);
  });

  it.each([
    'period=last-month',
    'from=2026-11-01&to=2026-11-30',
    'from=2026-11-01',
    'to=2026-02-28',
    'type=charge%2Crefund',
    'operation=search_cases%2Cask_lawyer',
    'provider=fondy',
    'status=open',
    'q=%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D1%96%D1%80',
    'period=7&type=topup&operation=a&provider=stripe&status=unsuccessful&q=x',
  ])('%s is read and written back', (search) => {
    const { filters, ignored } = read(search);
    expect(ignored).toEqual([]);
    expect(writeFilters(filters).toString()).toBe(search);
    expect(countFilters(filters)).toBeGreaterThan(0);
  });

  it.each([
    ['period=yesterday', 'period'],
    ['from=2026-02-31', 'period'],
    ['from=2026-11-02&to=2026-11-01', 'period'],
    ['from=0026-11-02', 'period'],
    ['to=2026-11-30T00%3A00%3A00Z', 'period'],
    ['type=charge,gift', 'types'],
    ['operation=a,,b', 'operations'],
    [`operation=${Array.from({ length: 21 }, (_, n) => n)}`, 'operations'],
    [`operation=${'x'.repeat(129)}`, 'operations'],
    ['provider=Fondy%20%3B', 'provider'],
    ['status=paid', 'status'],
    ['q=a%00b', 'text'],
    [`q=${encodeURIComponent('ї'.repeat(65))}`, 'text'],
    ['q=%20', 'text'],
  ])('%s is ignored, and said to be', (search, name) => {
    expect(read(search)).toEqual({ filters: NO_FILTERS, ignored: [name] });
  });

  it('stay good beside a bad one, and each value counts once', () => {
    const { filters, ignored } = read('period=1&type=charge,charge&q=x');
    expect(ignored).toEqual(['period']);
    expect(filters).toEqual({ ...NO_FILTERS, types: ['charge'], text: 'x' });
    expect(countFilters(filters)).toBe(2);
  });
});

describe('the server’s query', () => {
  const query = (search: string) => toQuery(read(search).filters, DAY);

  it('says nothing of what is not filtered', () => {
    expect(query('')).toEqual({});
    expect(query('status=open')).toEqual({});
  });

  it.each([
    ['period=today', { from: '2026-11-27T22:00:00.000Z' }],
    ['period=7', { from: '2026-11-21T22:00:00.000Z' }],
    ['period=30', { from: '2026-10-29T22:00:00.000Z' }],
    ['period=month', { from: '2026-10-31T22:00:00.000Z' }],
    ['period=last-month', { from: '2026-09-30T21:00:00.000Z', to: '2026-10-31T22:00:00.000Z' }],
    ['from=2026-10-25&to=2026-10-25', { from: '2026-10-24T21:00:00.000Z', to: '2026-10-25T22:00:00.000Z' }],
  ])('%s spans whole days of the account’s zone', (search, span) => {
    expect(query(search)).toEqual(span);
  });

  it('can’t be told of days before the account’s zone is known', () => {
    expect(toQuery(read('period=today').filters, null)).toBeNull();
    expect(toQuery(read('type=charge').filters, null)).toEqual({ type: 'charge' });
  });

  it('has lists with commas', () => {
    expect(query('type=charge,topup&operation=a,b&provider=fondy&q=x')).toEqual({
      type: 'charge,topup',
      operation: 'a,b',
      provider: 'fondy',
      q: 'x',
    });
  });
});

describe('a payment among transactions', () => {
  const payment = { provider: 'fondy', createdAt: '2026-11-27T22:00:00Z' } as Payment;
  const shown = (change: Partial<Filters>) => admits({ ...NO_FILTERS, ...change }, payment, DAY);

  it('belongs to top-ups of its provider and day', () => {
    expect(shown({})).toBe(true);
    expect(shown({ types: ['charge', 'topup'], provider: 'fondy', period: 'today' })).toBe(true);
    expect(shown({ period: { from: null, to: TODAY } })).toBe(true);
  });

  it.each<Partial<Filters>>([
    { types: ['charge'] },
    { operations: ['search_cases'] },
    { provider: 'stripe' },
    { text: 'x' },
    { period: { from: null, to: '2026-11-27' } },
    { period: { from: '2026-11-29', to: null } },
  ])('does not belong to %j', (change) => {
    expect(shown(change)).toBe(false);
  });
});
