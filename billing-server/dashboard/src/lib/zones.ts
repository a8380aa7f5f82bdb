import { addMonths, formatISO, parseISO, startOfMonth } from 'date-fns';
import { type Day, dayIn, formatIn } from './dates';

const HOUR_MS = 3_600_000;

/** The first day of the month of `day`, or of the month so many after it. */
export function firstOfMonth(day: Day, monthsAfter = 0): Day {
  const first = startOfMonth(addMonths(parseISO(day), monthsAfter));
  return formatISO(first, { representation: 'date' });
}

/** The moment at which a day begins in a zone. */
export function startOfDay(day: Day, timeZone: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // The offset is that of the moment itself, which is known only once it is found: the second look is right.
  let start = utc - offsetMs(timeZone, utc);
  start = utc - offsetMs(timeZone, start);
  // Where clocks are put forward at midnight, the day begins an hour later.
  if (dayIn(timeZone, new Date(start)) < day) start += HOUR_MS;
  return new Date(start).toISOString();
}

/** How far the clocks of a zone are ahead of UTC at a moment. */
function offsetMs(timeZone: string, at: number): number {
  const format = formatIn(timeZone, 'en', {
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - at;
}

/** Whether two zones have the same time now. */
export function sameClock(one: string, other: string, now = Date.now()): boolean {
  return offsetMs(one, now) === offsetMs(other, now);
}
