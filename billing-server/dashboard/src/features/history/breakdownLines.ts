import type { transactions } from '~/i18n/uk/transactions';
import { formatDecimal, type Language } from '~/lib/money';
import { toolName } from '~/lib/tools';
import type { Breakdown, Markup } from './breakdown';

export interface Line {
  key: string;
  item: string;
  count?: string;
  price?: string;
  amount: string;
  isSum?: boolean;
}

/** A breakdown as the lines of a bill, the total last; the decimal marks of a column stand below each other. */
export function linesOf(
  breakdown: Extract<Breakdown, { kind: 'units' | 'batch' }>,
  texts: typeof transactions.breakdown,
  language: Language,
): Line[] {
  const lines = unaligned(breakdown, texts, language);
  const room = (column: 'price' | 'amount') => Math.max(...lines.map((line) => decimalsIn(line[column])));
  const [prices, amounts] = [room('price'), room('amount')];
  return lines.map((line) => ({
    ...line,
    ...(line.price && { price: padded(line.price, prices) }),
    amount: padded(line.amount, amounts),
  }));
}

function decimalsIn(text = ''): number {
  return /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
}

/** Filled up with spaces as wide as a digit. */
function padded(text: string, decimals: number): string {
  return decimalsIn(text) === 0 ? text : text + '\u2007'.repeat(decimals - decimalsIn(text));
}

function unaligned(
  breakdown: Extract<Breakdown, { kind: 'units' | 'batch' }>,
  texts: typeof transactions.breakdown,
  language: Language,
): Line[] {
  const number = (decimal: string | number) => formatDecimal(String(decimal), language);
  const dollars = (decimal: string) => formatDecimal(decimal, language, 2);
  const total: Line = { key: 'total', item: texts.total, amount: dollars(breakdown.total), isSum: true };
  const markup = ({ tier, percent, amount }: Markup): Line => ({
    key: `markup ${tier}`,
    item: tier === null ? texts.markup(number(percent)) : texts.tier(tier, number(percent)),
    amount: amount === null ? texts.included : dollars(amount),
  });

  if (breakdown.kind === 'batch') {
    const operations = breakdown.operations.map(({ operation, calls, amount }) => ({
      key: `operation ${operation}`,
      item: operation === null ? texts.others : toolName(operation),
      count: number(calls),
      amount: dollars(amount),
    }));
    return [...operations, ...breakdown.markups.map(markup), { ...total, count: number(breakdown.calls) }];
  }
  const { base, cost, markups } = breakdown;
  const units = breakdown.units.map(({ unit, count, price, amount }, index) => ({
    // The same unit may be counted in several ways.
    key: `${index} ${unit}`,
    item: toolName(unit),
    count: number(count),
    price: dollars(price),
    amount: dollars(amount),
  }));
  return [
    ...(base === null ? [] : [{ key: 'base', item: texts.base, amount: dollars(base) }]),
    ...units,
    ...(markups.length === 0 ? [] : [{ key: 'cost', item: texts.cost, amount: dollars(cost) }]),
    ...markups.map(markup),
    total,
  ];
}
