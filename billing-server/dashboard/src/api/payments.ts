import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { type Language, type Micros, toDecimal } from '~/lib/money';
import { answer, client } from './client';
import { keys } from './keys';
import type { Payment, Provider } from './model';
import { parsePayment, parseProvider, parseReceipt, parseStartedPayment } from './parse';

const FIVE_MINUTES_MS = 5 * 60_000;

export function useProviders() {
  return useQuery({
    queryKey: keys.providers,
    queryFn: async ({ signal }) => {
      const body = await answer(client.GET('/api/billing/payment/providers', { signal }));
      return body.providers.map(parseProvider);
    },
    staleTime: FIVE_MINUTES_MS,
  });
}

/** Payments by status: `open`, or several with commas. Newest first. */
export function usePayments(status: string) {
  return useQuery({
    queryKey: keys.payments(status),
    queryFn: async ({ signal }) => {
      const query = { status, limit: 100 };
      const body = await answer(client.GET('/api/billing/payments', { params: { query }, signal }));
      return body.payments.map(parsePayment);
    },
  });
}

/** What to pay, in the currency of its provider. */
export interface PaymentOrder {
  provider: Provider;
  amount: Micros;
  /** Says what is credited, for what is paid in hryvnias. */
  quoteId: string | null;
}

/**
 * Starts a payment, in whose language the provider's page is. A repeat with the same key is the same payment.
 */
export async function createPayment(order: PaymentOrder, key: string, language: Language) {
  const { provider, amount, quoteId } = order;
  const decimal = toDecimal(amount);
  const params = { header: { 'Idempotency-Key': key } };
  if (provider.currency === 'UAH') {
    const body = { amount_uah: decimal, quote_id: quoteId, language };
    const call = client.POST('/api/billing/payment/fondy/create', { params, body });
    return parseStartedPayment(await answer(call));
  }
  const body = { amount_usd: decimal, language };
  const call = client.POST('/api/billing/payment/stripe/create', { params, body });
  return parseStartedPayment(await answer(call));
}

/** Where the provider’s receipt is: asked for when somebody wants to see it, for its address runs out. */
export function useReceipt({ provider, id: paymentId }: Payment) {
  return useMutation({
    mutationFn: async () => {
      const call = client.GET('/api/billing/payment/{provider}/{paymentId}/receipt', {
        params: { path: { provider, paymentId } },
      });
      return parseReceipt(await answer(call));
    },
  });
}

/** One payment as the server knows it; live updates keep it fresh, asking again is for where they are late. */
export function paymentQuery(provider: string, paymentId: string) {
  return queryOptions({
    queryKey: keys.payment(provider, paymentId),
    queryFn: async ({ signal }) => {
      const params = { path: { provider, paymentId } };
      const call = client.GET('/api/billing/payment/{provider}/{paymentId}/status', { params, signal });
      return parsePayment(await answer(call));
    },
    // Whoever asks does so again and again.
    retry: false,
  });
}
