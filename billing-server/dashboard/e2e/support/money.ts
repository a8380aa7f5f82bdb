import type { Words } from './words';

/** Money as the pages write it. */
export function money(amount: number, { language }: Pick<Words, 'language'>, currency = 'USD'): string {
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 4,
  });
  return format.format(amount).replace('-', '\u2212');
}
