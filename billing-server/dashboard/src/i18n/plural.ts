import type { Language } from '~/lib/money';

/** Ukrainian needs one, few, many; English one and other. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** A count with its noun: `21 виклик`, `3 виклики`, `5 викликів`. */
export function pluralizer(language: Language): (count: number, forms: Forms) => string {
  // Made once they are needed: they take long on a phone, and of two languages one is never asked for.
  let rules: Intl.PluralRules | undefined;
  let number: Intl.NumberFormat | undefined;
  return (count, forms) => {
    rules ??= new Intl.PluralRules(language);
    number ??= new Intl.NumberFormat(language);
    // The number and its noun stay on one line.
    return `${number.format(count)}\u00a0${forms[rules.select(count)] ?? forms.other}`;
  };
}
