import type { Usage } from '~/api/model';
import type { Day } from '~/lib/dates';
import { countDays, daysBetween } from '~/lib/days';
import { add, divide, type Micros, sum, ZERO } from '~/lib/money';

const MOST_TOOLS = 4;
const LEAST_DAYS_FOR_AVERAGE = 3;

export interface Spending {
  /** The dearest tools, dearest first; null stands for all others. */
  tools: (string | null)[];
  /** What each of them took over the whole period. */
  totals: Micros[];
  days: SpendingDay[];
  total: Micros;
  /** Since spending began in this period; null when there is too little to go by. */
  average: Micros | null;
}

export interface SpendingDay {
  day: Day;
  total: Micros;
  /** One amount for each of the tools. */
  amounts: Micros[];
  /** Today. */
  incomplete: boolean;
}

/** What was spent by day and tool, with a line for every day and few enough tools to tell apart. */
export function spendingOf(usage: Usage): Spending {
  const tools = dearest(usage);
  const index = new Map(tools.map((tool, place) => [tool, place]));
  const amounts = new Map<Day, Micros[]>(
    daysBetween(usage.from, usage.to).map((day) => [day, tools.map(() => ZERO)]),
  );
  for (const { day, operation, amount } of usage.buckets) {
    const line = amounts.get(day);
    const place = index.get(operation) ?? index.get(null);
    if (line && place !== undefined) line[place] = add(line[place] ?? ZERO, amount);
  }
  const days = [...amounts].map(([day, line]) => ({
    day,
    total: sum(line),
    amounts: line,
    incomplete: day === usage.to,
  }));
  const total = sum(days.map((day) => day.total));
  return {
    tools,
    totals: tools.map((_, place) => sum(days.map((day) => day.amounts[place] ?? ZERO))),
    days,
    total,
    average: averageOf(days, total),
  };
}

function dearest(usage: Usage): (string | null)[] {
  const totals = new Map<string, Micros>();
  for (const { operation, amount } of usage.buckets) {
    if (amount > 0) totals.set(operation, add(totals.get(operation) ?? ZERO, amount));
  }
  const sorted = [...totals].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([tool]) => tool);
  // Five tools need no "others" of one.
  return sorted.length <= MOST_TOOLS + 1 ? sorted : [...sorted.slice(0, MOST_TOOLS), null];
}

function averageOf(days: SpendingDay[], total: Micros): Micros | null {
  const spent = days.filter((day) => day.total > 0);
  const [first] = spent;
  const last = days.at(-1);
  if (!first || !last || spent.length < LEAST_DAYS_FOR_AVERAGE) return null;
  return divide(total, countDays(first.day, last.day));
}
