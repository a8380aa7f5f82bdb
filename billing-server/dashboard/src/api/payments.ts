import { useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import { parsePayment, parseProvider } from './parse';

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
      const query = { status, limit: 20 };
      const body = await answer(client.GET('/api/billing/payments', { params: { query }, signal }));
      return body.payments.map(parsePayment);
    },
  });
}

/** One payment as the server knows it; live updates keep it fresh, asking again is for where they are late. */
export function usePayment(provider: string, paymentId: string, pollEveryMs: number | false = false) {
  return useQuery({
    queryKey: keys.payment(provider, paymentId),
    queryFn: async ({ signal }) => {
      const params = { path: { provider, paymentId } };
      const call = client.GET('/api/billing/payment/{provider}/{paymentId}/status', { params, signal });
      return parsePayment(await answer(call));
    },
    refetchInterval: pollEveryMs,
  });
}
