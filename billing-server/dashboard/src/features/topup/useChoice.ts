import { useState } from 'react';
import { useLocation, useNavigationType, useSearchParams } from 'react-router';
import { useI18n } from '~/i18n';
import type { Currency, Language } from '~/lib/money';

/** What the person has chosen, as it stands in the address: a reload, a sign-in or a link keep it. */
export interface Choice {
  /** As typed. */
  text: string;
  currency: Currency;
  /** The id of a provider; null until one is chosen. */
  method: string | null;
}

export function useChoice() {
  const { language } = useI18n();
  const [search, setSearch] = useSearchParams();
  const [choice, setChoice] = useState(() => read(search, language));

  const choose = (change: Partial<Choice>) => {
    const next = { ...choice, ...change };
    setChoice(next);
    setSearch((current) => write(current, next), { replace: true });
  };
  return [choice, choose] as const;
}

function read(search: URLSearchParams, language: Language): Choice {
  const amount = search.get('amount') ?? '';
  return {
    text: language === 'uk' ? amount.replace('.', ',') : amount,
    currency: search.get('currency') === 'UAH' ? 'UAH' : 'USD',
    method: search.get('method'),
  };
}

function write(search: URLSearchParams, { text, currency, method }: Choice): URLSearchParams {
  const next = new URLSearchParams(search);
  const entries = { amount: text.replace(',', '.'), currency, method: method ?? '' };
  for (const [name, value] of Object.entries(entries)) {
    next.delete(name);
    if (value) next.append(name, value);
  }
  return next;
}

/** Changes when the page is come to anew, by a link to itself for one; not by what is typed on it. */
export function useArrival(): string {
  const { key } = useLocation();
  const isOurs = useNavigationType() === 'REPLACE';
  const [arrival, setArrival] = useState(key);
  if (!isOurs && arrival !== key) setArrival(key);
  return arrival;
}
