import type { Schemas } from '~/api/schemas';

type ProviderBody = Schemas['Provider'];
type QuoteBody = Schemas['QuoteAnswer'];

export const stripeForm: ProviderBody = {
  id: 'stripe',
  kind: 'elements',
  label: 'Stripe',
  currency: 'USD',
  min: 5,
  max: 1_000,
  presets: [10, 25],
  checkout_origin: null,
  publishable_key: 'pk_test_1',
};

export const stripePage: ProviderBody = {
  ...stripeForm,
  kind: 'hosted',
  checkout_origin: 'http://127.0.0.1:8081',
  publishable_key: null,
};

export const fondy: ProviderBody = {
  id: 'fondy',
  kind: 'hosted',
  label: 'Fondy',
  currency: 'UAH',
  min: 200,
  max: 40_000,
  presets: [500, 1_000],
  checkout_origin: 'https://pay.fondy.eu',
  publishable_key: null,
};

export const CHECKOUT = 'https://pay.fondy.eu/merchants/1?token=2';

/** How a payment stands; `id` is ours. */
export function paymentOf(change: Partial<Schemas['PaymentState']> = {}): Schemas['PaymentState'] {
  return {
    paymentId: 'p-1',
    provider: 'fondy',
    status: 'pending',
    amount: 413.1,
    currency: 'UAH',
    amount_usd: 10,
    taken_back: 0,
    failure: null,
    checkout_url: null,
    has_receipt: false,
    exchange_rate: '0.0242072137',
    externalId: null,
    needs_review: null,
    created_at: '2026-11-28T09:00:00Z',
    updated_at: '2026-11-28T09:00:00Z',
    ...change,
  };
}

/** As the server quotes: at 41.31, and a fee in percent of the exchange. */
export async function quoteFor(request: Request, fee = 0): Promise<QuoteBody> {
  const { amount_uah } = (await request.clone().json()) as { amount_uah: string };
  const usdForUah = ((1 - fee / 100) / 41.31).toFixed(10);
  const credited = Math.floor(Number(amount_uah) * Number(usdForUah) * 1e6) / 1e6;
  return {
    quote_id: `quote-${amount_uah}`,
    amount_uah: Number(amount_uah),
    amount_usd: credited,
    usd_for_uah: usdForUah,
    usd_in_uah: '41.31',
    spread_percent: String(fee),
    source: 'nbu',
    as_of: '2026-11-28T09:00:00Z',
    valid_until: new Date(Date.now() + 15 * 60_000).toISOString(),
  };
}
