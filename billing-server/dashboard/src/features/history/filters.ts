/** Filters of the transactions, as they stand in the address: a view can be sent, and the back button works. */
import type { TransactionType } from '~/api/model';
import type { Day } from '~/lib/dates';

export const PERIODS = ['today', '7', '30', 'month', 'last-month'] as const;
export const TYPES = ['charge', 'topup', 'refund', 'adjustment'] as const satisfies TransactionType[];
/** Of payments that are no transactions: not yet, or never. */
export const STATUSES = ['open', 'unsuccessful'] as const;

export type Period = (typeof PERIODS)[number];
export type PaymentsShown = (typeof STATUSES)[number];

/** From one day to another, both included; without one of them, on without end. */
export interface OwnRange {
  from: Day | null;
  to: Day | null;
}

export interface Filters {
  /** Null: all there is. */
  period: Period | OwnRange | null;
  types: readonly TransactionType[];
  operations: readonly string[];
  provider: string | null;
  status: PaymentsShown | null;
  text: string;
}

export type FilterName = 'period' | 'types' | 'operations' | 'provider' | 'status' | 'text';

export const NO_FILTERS: Filters = {
  period: null,
  types: [],
  operations: [],
  provider: null,
  status: null,
  text: '',
};

const LONGEST_BYTES = 128;
const MOST_VALUES = 20;
const PROVIDER = /^[a-z0-9_-]{1,64}$/;

export interface ReadFilters {
  filters: Filters;
  /** What the address asks for and nobody understands. */
  ignored: readonly FilterName[];
}

export function readFilters(search: URLSearchParams): ReadFilters {
  const ignored: FilterName[] = [];
  /** What is there and good; what is there and bad is noted. */
  const read = <Value>(name: FilterName, text: string | null, parse: (text: string) => Value | null) => {
    if (text === null || text === '') return null;
    const value = parse(text);
    if (value === null) ignored.push(name);
    return value;
  };

  const range = readRange(search, () => ignored.push('period'));
  const filters: Filters = {
    period: range ?? read('period', search.get('period'), (text) => oneOf(PERIODS, text)),
    types: read('types', search.get('type'), (text) => every(text, (word) => oneOf(TYPES, word))) ?? [],
    operations:
      read('operations', search.get('operation'), (text) => every(text, (word) => fitting(word))) ?? [],
    provider: read('provider', search.get('provider'), (text) => (PROVIDER.test(text) ? text : null)),
    status: read('status', search.get('status'), (text) => oneOf(STATUSES, text)),
    text: read('text', search.get('q'), fitting) ?? '',
  };
  return { filters, ignored };
}

function readRange(search: URLSearchParams, refuse: () => void): OwnRange | null {
  const from = search.get('from') || null;
  const to = search.get('to') || null;
  if (from === null && to === null) return null;
  if (isRange({ from, to })) return { from, to };
  refuse();
  return null;
}

/** Whether both ends are days, and in order. */
export function isRange({ from, to }: OwnRange): boolean {
  if ((from !== null && !isDay(from)) || (to !== null && !isDay(to))) return false;
  return from === null || to === null || from <= to;
}

function isDay(text: string): boolean {
  if (!/^2\d{3}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // The 31st of February is read as a day of March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word | null {
  return words.find((word) => word === text) ?? null;
}

/** A list with commas, each value once; one that is wrong spoils all. */
function every<Value>(text: string, parse: (word: string) => Value | null): Value[] | null {
  const values = text.split(',').map(parse);
  return values.length > MOST_VALUES || values.includes(null) ? null : [...new Set(values as Value[])];
}

/** Text that the server takes. */
export function fitting(text: string): string | null {
  const trimmed = text.trim();
  const bytes = new TextEncoder().encode(trimmed).length;
  return bytes === 0 || bytes > LONGEST_BYTES || /\p{Cc}/u.test(trimmed) ? null : trimmed;
}

export function writeFilters(filters: Filters): URLSearchParams {
  const { period, types, operations, provider, status, text } = filters;
  const range = typeof period === 'string' ? null : period;
  const values: [string, string | null][] = [
    ['period', typeof period === 'string' ? period : null],
    ['from', range?.from ?? null],
    ['to', range?.to ?? null],
    ['type', types.join(',')],
    ['operation', operations.join(',')],
    ['provider', provider],
    ['status', status],
    ['q', text],
  ];
  return new URLSearchParams(values.filter((pair): pair is [string, string] => Boolean(pair[1])));
}

export function countFilters(filters: Filters): number {
  const { period, types, operations, provider, status, text } = filters;
  return [period, types.length, operations.length, provider, status, text].filter(Boolean).length;
}
