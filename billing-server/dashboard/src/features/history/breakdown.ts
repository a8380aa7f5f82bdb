/** How a cost came about, out of what the price table has written down. Its numbers go beyond micros: decimals as text. */

export interface UnitLine {
  unit: string;
  count: number;
  price: string;
  amount: string;
}

export interface Markup {
  /** The tier that it belongs to; null: the tool itself. */
  tier: string | null;
  percent: string;
  /** Null where the parts have it in them already. */
  amount: string | null;
}

export interface OperationLine {
  /** Null: all the others together. */
  operation: string | null;
  calls: number;
  amount: string;
}

export type Breakdown =
  | { kind: 'fixed'; total: string }
  | {
      kind: 'units';
      base: string | null;
      units: UnitLine[];
      cost: string;
      markups: Markup[];
      volume: number | null;
      total: string;
    }
  | {
      kind: 'batch';
      calls: number;
      operations: OperationLine[];
      markups: Markup[];
      volume: number | null;
      total: string;
    }
  /** Of a service with prices of its own. */
  | { kind: 'other'; entries: [name: string, value: string][] };

type Raw = Readonly<Record<string, unknown>>;

export function readBreakdown(raw: Raw): Breakdown {
  const total = decimal(raw.total);
  const volume = typeof raw.volume === 'number' ? raw.volume : null;
  if (raw.price === 'fixed' && decimal(raw.base) !== null) return { kind: 'fixed', total: String(raw.base) };
  if (raw.price === 'units' && total !== null && Array.isArray(raw.units)) {
    const base = decimal(raw.base);
    return {
      kind: 'units',
      base: base === '0' ? null : base,
      units: raw.units.filter(isRecord).map(unitLine),
      cost: decimal(raw.cost) ?? total,
      markups: [...tierOf(raw), ...markupOf(raw)],
      volume,
      total,
    };
  }
  if (raw.price === 'batch' && total !== null && Array.isArray(raw.operations)) {
    const lines = isRecord(raw.other) ? [...raw.operations, raw.other] : raw.operations;
    const operations = lines.filter(isRecord).map(operationLine);
    return { kind: 'batch', calls: Number(raw.calls), operations, markups: tierOf(raw), volume, total };
  }
  return { kind: 'other', entries: Object.entries(raw).map(([name, value]) => [name, plain(value)]) };
}

function unitLine({ unit, count, price, amount }: Raw): UnitLine {
  return {
    unit: plain(unit),
    count: Number(count),
    price: decimal(price) ?? '0',
    amount: decimal(amount) ?? '0',
  };
}

function operationLine({ operation, calls, amount }: Raw): OperationLine {
  return {
    operation: typeof operation === 'string' ? operation : null,
    calls: Number(calls),
    amount: decimal(amount) ?? '0',
  };
}

function tierOf({ tier, tier_percent, tier_amount }: Raw): Markup[] {
  const percent = decimal(tier_percent);
  if (typeof tier !== 'string' || percent === null || percent === '0') return [];
  return [{ tier, percent, amount: decimal(tier_amount) }];
}

function markupOf({ markup_percent, markup_amount }: Raw): Markup[] {
  const percent = decimal(markup_percent);
  if (percent === null || percent === '0') return [];
  return [{ tier: null, percent, amount: decimal(markup_amount) }];
}

function decimal(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : null;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null;
}
