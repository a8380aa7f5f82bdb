import type { Schemas } from '~/api/schemas';

type TransactionBody = Schemas['Transaction'];

export function charge(
  id: string,
  amount: number,
  after: number,
  operation = 'search_cases',
): TransactionBody {
  return {
    id,
    user_id: 'olena',
    type: 'charge',
    kind: 'capture',
    amount_usd: amount,
    change_usd: -amount,
    balance_before_usd: after + amount,
    balance_after_usd: after,
    uncollected_usd: 0,
    late: false,
    description: operation,
    operation,
    amount_uah: null,
    breakdown: null,
    metadata: null,
    payment_id: null,
    payment_provider: null,
    request_id: null,
    would_refuse: null,
    created_at: '2026-11-28T09:00:00Z',
  };
}

export function topUp(id: string, amount: number, after: number): TransactionBody {
  return {
    ...charge(id, amount, after),
    type: 'topup',
    kind: 'top_up',
    change_usd: amount,
    operation: null,
    payment_provider: 'stripe',
    description: 'Top-up through stripe',
  };
}

export function historyOf(...transactions: TransactionBody[]) {
  return { transactions, pagination: { limit: 5, offset: 0, count: transactions.length, next_cursor: null } };
}

/** The last days before and with 28 November, each with one tool's amount. */
export function usageOf(days: Record<string, Record<string, number>>): Schemas['Usage'] {
  const buckets = Object.entries(days).flatMap(([day, tools]) =>
    Object.entries(tools).map(([operation, amount_usd]) => ({ day, operation, calls: 1, amount_usd })),
  );
  return { from: '2026-10-30', to: '2026-11-28', time_zone: 'Europe/Kyiv', buckets };
}

export const settings: Schemas['Settings'] = {
  daily_limit_usd: 10,
  monthly_limit_usd: 100,
  daily_limit_ceiling_usd: 1000,
  monthly_limit_ceiling_usd: 10000,
  time_zone: 'Europe/Kyiv',
  language: 'uk',
  low_balance_threshold_usd: 5,
  notifications: { payment_failed: true, balance_low: true, limit_reached: true },
  email: 'olena@example.com',
  name: 'Олена Коваль',
};
