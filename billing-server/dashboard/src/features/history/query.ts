import type { HistoryFilters, Payment } from '~/api/model';
import type { Day } from '~/lib/dates';
import { daysAfter } from '~/lib/days';
import { firstOfMonth, startOfDay } from '~/lib/zones';
import type { Filters, OwnRange, Period } from './filters';

/** Where the days of an account begin, and which one it is. */
export interface AccountDay {
  timeZone: string;
  today: Day;
}

interface Span {
  /** The first moment, and the one after the last. */
  from?: string;
  to?: string;
}

/** The filters as the server takes them; null while it is not known where the days of the account begin. */
export function toQuery(filters: Filters, day: AccountDay | null): HistoryFilters | null {
  const { types, operations, provider, text } = filters;
  const span = spanOf(filters.period, day);
  return (
    span && {
      ...span,
      ...(types.length > 0 && { type: types.join(',') }),
      ...(operations.length > 0 && { operation: operations.join(',') }),
      ...(provider && { provider }),
      ...(text && { q: text }),
    }
  );
}

/** Whether a payment belongs to what is asked for: it will be a top-up, without a tool. */
export function admits(filters: Filters, payment: Payment, day: AccountDay | null): boolean {
  const { types, operations, provider, text, period } = filters;
  const span = spanOf(period, day);
  const at = Date.parse(payment.createdAt);
  return (
    span !== null &&
    (types.length === 0 || types.includes('topup')) &&
    operations.length === 0 &&
    text === '' &&
    (provider === null || provider === payment.provider) &&
    (!span.from || at >= Date.parse(span.from)) &&
    (!span.to || at < Date.parse(span.to))
  );
}

function spanOf(period: Filters['period'], day: AccountDay | null): Span | null {
  if (period === null) return {};
  if (day === null) return null;
  const { from, to } = typeof period === 'string' ? daysOf(period, day.today) : period;
  return {
    ...(from && { from: startOfDay(from, day.timeZone) }),
    ...(to && { to: startOfDay(daysAfter(to, 1), day.timeZone) }),
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
