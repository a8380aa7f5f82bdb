/** Millionths of a major unit: the ledger's scale. Only `toMicros`, `parseAmount` and sums of micros make them. */
export type Micros = number & { readonly __unit: 'micros' };

export type Currency = 'USD' | 'UAH';
export type Language = 'uk' | 'en';

const SCALE = 1_000_000;

/** Up to here a double tells millionths apart. */
const LARGEST = 2 ** 32;

export const ZERO = 0 as Micros;

/** An amount of the API in micros. What can't be told exactly is refused rather than rounded. */
export function toMicros(amount: number): Micros {
  const micros = Math.round(amount * SCALE);
  if (!(Math.abs(amount) < LARGEST) || micros / SCALE !== amount) {
    throw new RangeError(`not an amount with at most 6 decimals below 2^32: ${amount}`);
  }
  // Minus zero would be shown with its sign.
  return (micros + 0) as Micros;
}

export const add = (a: Micros, b: Micros): Micros => (a + b) as Micros;
export const subtract = (a: Micros, b: Micros): Micros => (a - b) as Micros;
export const sum = (all: readonly Micros[]): Micros => all.reduce(add, ZERO);

/** A part of a whole, to draw it: never money again. */
export const shareOf = (part: Micros, whole: Micros): number => (whole > 0 ? part / whole : 1);

/** One of `count` equal parts, to the nearest micro. */
export const divide = (micros: Micros, count: number): Micros => Math.round(micros / count) as Micros;

/** An amount in another currency at an exact rate, rounded down to whole micros. */
export function convert(micros: Micros, rate: string): Micros {
  const [whole = '0', fraction = ''] = rate.split('.');
  const scaled = BigInt(whole + fraction);
  return Number((BigInt(micros) * scaled) / 10n ** BigInt(fraction.length)) as Micros;
}

/** An exact decimal, as the API takes it: `12.5`, without an exponent. */
export function toDecimal(micros: Micros): `${number}` {
  const size = Math.abs(micros);
  const fraction = String(size % SCALE)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(size / SCALE));
  const text = fraction ? `${whole}.${fraction}` : whole;
  return (micros < 0 ? `-${text}` : text) as `${number}`;
}

export interface MoneyFormat {
  currency?: Currency;
  /**
   * `cents`: two decimals, for balances and payments. `fine`: up to four, for calls. `exact`: all there are.
   * `short`: none where there are none, for amounts to choose from.
   */
  decimals?: 'cents' | 'fine' | 'exact' | 'short';
  /** Shows a plus, too. */
  signed?: boolean;
  /** Makes room for so many decimals, so that those of a column stand below each other. */
  column?: number;
  /** What can be spent is never shown as more than it is. */
  roundDown?: boolean;
}

const MOST_DECIMALS = { cents: 2, fine: 4, exact: 6, short: 2 } as const;

const formatters = new Map<string, Intl.NumberFormat>();

/** Money for people. Nothing else formats money. */
export function formatMoney(micros: Micros, language: Language, format: MoneyFormat = {}): string {
  const { currency = 'USD', decimals = 'cents', signed = false, column = 0, roundDown = false } = format;
  const most = decimalsThatShow(micros, MOST_DECIMALS[decimals], roundDown);
  const rounded = roundDown ? floorTo(micros, most) : micros;
  const isShort = decimals === 'short' && rounded % SCALE === 0;
  const key = `${language} ${currency} ${most} ${signed} ${isShort}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(language, {
      style: 'currency',
      currency,
      // Without it Ukrainian says "12,40 USD".
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: isShort ? 0 : 2,
      maximumFractionDigits: most,
      signDisplay: signed ? 'exceptZero' : 'auto',
    });
    formatters.set(key, formatter);
  }
  const text = formatter.format(toDecimal(rounded)).replace('-', '\u2212');
  return text + padding(rounded, most, column);
}

/** What a number lacks to the decimals of its column, in spaces as wide as a digit. */
function padding(micros: Micros, most: number, column: number): string {
  return '\u2007'.repeat(Math.max(0, column - Math.max(2, countDecimals(micros, most))));
}

/** How many decimals the finest of a column's amounts has, for its `column`. */
export function decimalsOf(amounts: readonly Micros[]): number {
  const counts = amounts.map((amount) =>
    countDecimals(amount, decimalsThatShow(amount, MOST_DECIMALS.fine, false)),
  );
  return Math.max(2, ...counts);
}

function countDecimals(micros: Micros, most: number): number {
  const step = 10 ** (6 - most);
  const [, fraction = ''] = toDecimal((Math.round(micros / step) * step) as Micros).split('.');
  return fraction.length;
}

/** How many decimals it takes that something is not shown as nothing. */
function decimalsThatShow(micros: Micros, most: number, roundDown: boolean): number {
  const smallest = 10 ** (6 - most) / (roundDown ? 1 : 2);
  if (micros === 0 || Math.abs(micros) >= smallest || most === 6) return most;
  return decimalsThatShow(micros, most < 4 ? 4 : 6, roundDown);
}

function floorTo(micros: Micros, decimals: number): Micros {
  const step = 10 ** (6 - decimals);
  return (Math.floor(micros / step) * step) as Micros;
}

export type AmountProblem = 'empty' | 'not_a_number' | 'too_many_decimals' | 'too_large';
export type ParsedAmount =
  | { ok: true; micros: Micros; decimal: `${number}` }
  | { ok: false; problem: AmountProblem };

/** Reads a typed amount: comma or point for decimals, spaces between thousands. */
export function parseAmount(text: string): ParsedAmount {
  const typed = text.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  if (typed === '') return { ok: false, problem: 'empty' };
  const match = /^(\d+)(?:\.(\d*))?$/.exec(typed);
  if (!match) return { ok: false, problem: 'not_a_number' };
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > 2) return { ok: false, problem: 'too_many_decimals' };
  if (whole.replace(/^0+/, '').length > 9) return { ok: false, problem: 'too_large' };
  const micros = (Number(whole) * SCALE + Number(fraction.padEnd(2, '0')) * 10_000) as Micros;
  return { ok: true, micros, decimal: toDecimal(micros) };
}

/** An amount in a text field: `12,5` in Ukrainian, `12.5` in English. */
export function toTyped(micros: Micros, language: Language): string {
  const decimal = toDecimal(micros);
  return language === 'uk' ? decimal.replace('.', ',') : decimal;
}

/** What one unit of the one has cost in the other, to be shown: 413.10 for 10 is `41.31`. */
export function unitPrice(paid: Micros, got: Micros): string {
  return (paid / got).toFixed(2);
}

/** An exact decimal of any scale, such as an exchange rate or a unit price. */
export function formatDecimal(decimal: string, language: Language, leastDecimals = 0): string {
  const format = new Intl.NumberFormat(language, {
    minimumFractionDigits: leastDecimals,
    maximumFractionDigits: 12,
  });
  return format.format(decimal as `${number}`).replace('-', '\u2212');
}
