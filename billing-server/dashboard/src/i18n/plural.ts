import type { Language } from '~/lib/money';

/** Ukrainian needs one, few, many; English one and other. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** A count with its noun: `21 виклик`, `3 виклики`, `5 викликів`. */
export function pluralizer(language: Language): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  // The number and its noun stay on one line.
  return (count, forms) => `${number.format(count)}\u00a0${forms[rules.select(count)] ?? forms.other}`;
}
