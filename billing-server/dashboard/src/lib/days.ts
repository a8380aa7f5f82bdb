import { addDays, differenceInCalendarDays, eachDayOfInterval, formatISO, parseISO } from 'date-fns';
import type { Day } from './dates';

export function daysAfter(day: Day, count: number): Day {
  return toDay(addDays(parseISO(day), count));
}

/** Every day from the first to the last, both included. */
export function daysBetween(from: Day, to: Day): Day[] {
  return eachDayOfInterval({ start: parseISO(from), end: parseISO(to) }).map(toDay);
}

export function countDays(from: Day, to: Day): number {
  return differenceInCalendarDays(parseISO(to), parseISO(from)) + 1;
}

function toDay(date: Date): Day {
  return formatISO(date, { representation: 'date' });
}
