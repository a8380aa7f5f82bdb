import { expect, it } from 'vitest';
import { formatDecimal } from '~/lib/money';
import { readBreakdown } from './breakdown';

it('reads a price by units with its mark-ups', () => {
  const read = readBreakdown({
    price: 'units',
    base: 0.001,
    units: [
      { unit: 'token', count: 1007, price: 0.000002, amount: 0.002014 },
      { unit: 'upstream_call', count: 2, price: 0.0069, amount: 0.0138 },
    ],
    volume: 12345,
    cost: 0.016814,
    tier: 'startup',
    tier_percent: 30,
    tier_amount: 0.0050442,
    markup_percent: 10,
    markup_amount: 0.0016814,
    total: 0.02354,
  });
  expect(read).toEqual({
    kind: 'units',
    base: '0.001',
    units: [
      { unit: 'token', count: 1007, price: '0.000002', amount: '0.002014' },
      { unit: 'upstream_call', count: 2, price: '0.0069', amount: '0.0138' },
    ],
    cost: '0.016814',
    markups: [
      { tier: 'startup', percent: '30', amount: '0.0050442' },
      { tier: null, percent: '10', amount: '0.0016814' },
    ],
    volume: 12345,
    total: '0.02354',
  });
});

it('leaves out a base and mark-ups of nothing', () => {
  const units = [{ unit: 'token', count: 1, price: 1e-12, amount: 1e-12 }];
  const raw = { price: 'units', base: 0, units, cost: 1e-12, tier: 'free', tier_percent: 0, tier_amount: 0 };
  const read = readBreakdown({ ...raw, markup_percent: 0, markup_amount: 0, total: 0 });
  expect(read).toMatchObject({ base: null, markups: [], volume: null });
  expect(formatDecimal(read.kind === 'units' ? (read.units[0]?.price ?? '') : '', 'uk')).toBe(
    '0,000000000001',
  );
});

it('reads a fixed price', () => {
  expect(readBreakdown({ price: 'fixed', base: 0.002 })).toEqual({ kind: 'fixed', total: '0.002' });
});

it('reads a batch, the others last', () => {
  const operations = [{ operation: 'ask_lawyer', calls: 2, amount: 0.05 }];
  const other = { calls: 7, amount: 0.001 };
  const raw = {
    price: 'batch',
    calls: 9,
    operations,
    other,
    tier: 'business',
    tier_percent: 50,
    total: 0.051,
  };
  expect(readBreakdown(raw)).toEqual({
    kind: 'batch',
    calls: 9,
    operations: [
      { operation: 'ask_lawyer', calls: 2, amount: '0.05' },
      { operation: null, calls: 7, amount: '0.001' },
    ],
    markups: [{ tier: 'business', percent: '50', amount: null }],
    volume: null,
    total: '0.051',
  });
});

it('shows what another service has written as it is', () => {
  expect(readBreakdown({ model: 'large', seconds: 3, parts: { a: 1 } })).toEqual({
    kind: 'other',
    entries: [
      ['model', 'large'],
      ['seconds', '3'],
      ['parts', '{"a":1}'],
    ],
  });
});
