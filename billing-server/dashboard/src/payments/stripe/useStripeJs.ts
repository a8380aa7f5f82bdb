import { loadStripe } from '@stripe/stripe-js/pure';
import { useQuery } from '@tanstack/react-query';

const LONGEST_MS = 20_000;

/** Stripe's own script, which must come from Stripe. It is asked for when a card form is shown, and not before. */
export function useStripeJs(publishableKey: string | null) {
  return useQuery({
    queryKey: ['stripe.js', publishableKey],
    queryFn: async () => {
      const stripe = publishableKey && (await inTime(loadStripe(publishableKey, { locale: 'en' })));
      if (!stripe) throw new Error('Stripe.js is not available');
      return stripe;
    },
    networkMode: 'always',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
}

function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Stripe.js does not come')), LONGEST_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
