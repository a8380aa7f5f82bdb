import type { Schemas } from '~/api/schemas';

type TransactionBody = Schemas['Transaction'];

/** The n-th line of a history, newest first: a call of 25 cents. */
export function line(n: number, change: Partial<TransactionBody> = {}): TransactionBody {
  return {
    id: `0193aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`,
    user_id: 'olena',
    type: 'charge',
    kind: 'capture',
    amount_usd: 0.25,
    change_usd: -0.25,
    balance_before_usd: 12.65,
    balance_after_usd: 12.4,
    uncollected_usd: 0,
    late: false,
    operation: 'search_cases',
    breakdown: { price: 'fixed', base: 0.25 },
    request_id: `0193aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`,
    amount_uah: null,
    metadata: null,
    payment_id: null,
    payment_provider: null,
    would_refuse: null,
    description: 'search_cases',
    created_at: new Date(Date.UTC(2026, 10, 28, 9) - n * 60_000).toISOString(),
    ...change,
  };
}

export function topUpLine(n: number, change: Partial<TransactionBody> = {}): TransactionBody {
  return line(n, {
    type: 'topup',
    kind: 'top_up',
    amount_usd: 10,
    change_usd: 10,
    operation: null,
    breakdown: null,
    request_id: null,
    payment_provider: 'fondy',
    payment_id: PAYMENT_ID,
    description: 'Top-up through fondy',
    ...change,
  });
}

export const PAYMENT_ID = '0193bbbb-0000-7000-8000-000000000001';

export function payment(change: Partial<Schemas['PaymentState']> = {}): Schemas['PaymentState'] {
  return {
    paymentId: PAYMENT_ID,
    provider: 'fondy',
    status: 'succeeded',
    amount: 413.1,
    currency: 'UAH',
    amount_usd: 10,
    taken_back: 0,
    externalId: 'order-7',
    exchange_rate: '0.0242072137',
    checkout_url: null,
    has_receipt: false,
    failure: null,
    needs_review: null,
    created_at: '2026-11-28T08:00:00Z',
    updated_at: '2026-11-28T08:01:00Z',
    ...change,
  };
}

/** A history of so many lines, as the server hands it out. */
export function pages(lines: readonly TransactionBody[]) {
  return (request: Request) => {
    const search = new URL(request.url).searchParams;
    const limit = Number(search.get('limit'));
    const start = Number(search.get('cursor') ?? 0);
    const transactions = lines.slice(start, start + limit);
    const next_cursor = start + limit < lines.length ? String(start + limit) : null;
    return { transactions, pagination: { limit, offset: 0, count: transactions.length, next_cursor } };
  };
}

export const lines = (count: number) => Array.from({ length: count }, (_, n) => line(n));
