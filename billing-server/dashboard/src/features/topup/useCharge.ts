import { useEffect, useState } from 'react';
import type { Provider, Quote } from '~/api/model';
import type { PaymentOrder } from '~/api/payments';
import { useQuote } from '~/api/quote';
import type { Micros } from '~/lib/money';
import { forAmountAtRate } from '~/lib/rates';
import type { ChosenAmount } from './amount';
import type { Choice } from './useChoice';

const TYPING_MS = 400;
const HALF_A_CENT = 5_000;

/** What will be charged and what it adds to the balance, to the cent. */
export interface Charge {
  /** Null when the amount can't be paid, or its quote is not there yet. */
  order: PaymentOrder | null;
  /** In dollars. */
  credited: Micros | null;
  quote: Quote | null;
  isCounting: boolean;
  /** Why there is no quote. */
  error: unknown;
  retry: () => void;
}

export function useCharge(provider: Provider, chosen: ChosenAmount, choice: Choice): Charge {
  const payable = chosen.problem === null ? chosen.amount : null;
  const isQuoted = provider.currency === 'UAH';
  const { quote, isCounting, error, retry } = useQuoteFor(
    isQuoted ? payable : null,
    choice.currency === 'USD' && chosen.typed.ok ? chosen.typed.micros : null,
    provider.max,
  );
  if (payable === null || (isQuoted && !quote)) {
    return { order: null, credited: null, quote: null, isCounting, error, retry };
  }
  return {
    order: { provider, amount: quote?.amount ?? payable, quoteId: quote?.id ?? null },
    credited: quote?.credited ?? payable,
    quote,
    isCounting,
    error,
    retry,
  };
}

/** The quote of an amount in hryvnias. Of one meant to add up to `wanted` dollars, as much as that takes, up to `most`. */
function useQuoteFor(amountUah: Micros | null, wanted: Micros | null, most: Micros) {
  const settled = useSettled(amountUah);
  const first = useQuote(settled);
  const isTyping = amountUah !== settled;
  const isShort = !isTyping && wanted !== null && first.data && first.data.credited < wanted - HALF_A_CENT;
  const raised = isShort ? forAmountAtRate(wanted, first.data.usdForUah) : null;
  const second = useQuote(raised !== null && raised > most ? most : raised);
  const { data, error, isFetching, refetch } = isShort ? second : first;
  const isCounting = isTyping || (isFetching && !data);
  return {
    quote: isCounting || amountUah === null ? null : (data ?? null),
    isCounting,
    error: data || isCounting ? null : error,
    retry: () => refetch(),
  };
}

/** A value once it has stopped to change. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
