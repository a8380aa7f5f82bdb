import type { Payment } from '~/api/model';
import type { HistoryFilters } from '~/api/pending';
import { type Day, daysAfter } from '~/lib/dates';
import { firstOfMonth, startOfDay } from '~/lib/zones';
import type { Filters, OwnRange, Period } from './filters';

interface Span {
  /** The first moment, and the one after the last. */
  from?: string;
  to?: string;
}

/** The filters as the server takes them. Days are those of the account's zone. */
export function toQuery(filters: Filters, timeZone: string, today: Day): HistoryFilters {
  const { types, operations, provider, text } = filters;
  return {
    ...spanOf(filters.period, timeZone, today),
    ...(types.length > 0 && { type: types.join(',') }),
    ...(operations.length > 0 && { operation: operations.join(',') }),
    ...(provider && { provider }),
    ...(text && { q: text }),
  };
}

/** Whether a payment belongs to what is asked for: it will be a top-up, without a tool. */
export function admits(filters: Filters, payment: Payment, timeZone: string, today: Day): boolean {
  const { types, operations, provider, text, period } = filters;
  const { from, to } = spanOf(period, timeZone, today);
  const at = Date.parse(payment.createdAt);
  return (
    (types.length === 0 || types.includes('topup')) &&
    operations.length === 0 &&
    text === '' &&
    (provider === null || provider === payment.provider) &&
    (!from || at >= Date.parse(from)) &&
    (!to || at < Date.parse(to))
  );
}

function spanOf(period: Filters['period'], timeZone: string, today: Day): Span {
  if (period === null) return {};
  const { from, to } = typeof period === 'string' ? daysOf(period, today) : period;
  return {
    ...(from && { from: startOfDay(from, timeZone) }),
    ...(to && { to: startOfDay(daysAfter(to, 1), timeZone) }),
  };
}

/** A period that reaches to today has no end: what happens now belongs to it. */
function daysOf(period: Period, today: Day): OwnRange {
  switch (period) {
    case 'today':
      return { from: today, to: null };
    case '7':
      return { from: daysAfter(today, -6), to: null };
    case '30':
      return { from: daysAfter(today, -29), to: null };
    case 'month':
      return { from: firstOfMonth(today), to: null };
    case 'last-month':
      return { from: firstOfMonth(today, -1), to: daysAfter(firstOfMonth(today), -1) };
  }
}
