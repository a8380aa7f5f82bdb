import { ApiError } from '~/api/errors';
import type { settings } from '~/i18n/uk/settings';
import { type Micros, parseAmount, toDecimal } from '~/lib/money';

type Texts = typeof settings;

/** The amount of a field, or why it is none. */
export type FieldAmount = { micros: Micros; error: null } | { micros: null; error: string };

export function readAmount(typed: string, texts: Texts): FieldAmount {
  const parsed = parseAmount(typed);
  return parsed.ok
    ? { micros: parsed.micros, error: null }
    : { micros: null, error: texts.amounts[parsed.problem] };
}

/** As the server takes it. */
export const sentAmount = ({ micros }: FieldAmount) => (micros === null ? undefined : toDecimal(micros));

const AMOUNT_CODES = ['INVALID_AMOUNT', 'LIMIT_ABOVE_CEILING'];

/**
 * Which of the amounts that were sent the server refuses. It names it in its message; of one alone there is no doubt.
 */
export function refusedAmount<Name extends string>(
  error: unknown,
  sent: readonly Name[],
  words: Record<Name, RegExp>,
): Name | null {
  if (!(error instanceof ApiError) || !AMOUNT_CODES.includes(error.code)) return null;
  const [only, ...others] = sent;
  if (only !== undefined && others.length === 0) return only;
  return sent.find((name) => words[name].test(error.message)) ?? null;
}
