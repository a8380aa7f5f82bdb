import type { Usage } from '~/api/model';
import { countDays, daysAfter } from '~/lib/days';
import { type Micros, sum } from '~/lib/money';

const LEAST_DAYS = 7;
const MOST_DAYS = 365;
/** Beyond a month, single days would be more exact than a forecast can be. */
const EXACT_DAYS = 30;

/**
 * For how many days the money lasts at the usual pace. Null where that would be guessed: with less than a week of
 * spending to go by, or for more than a year.
 */
export function forecastDays(available: Micros, usage: Usage): number | null {
  // Today is not over yet, so it says little of the pace.
  const past = usage.buckets.filter((bucket) => bucket.day < usage.to);
  const spent = sum(past.map((bucket) => bucket.amount));
  if (available <= 0 || spent === 0) return null;
  const first = past.reduce((earliest, { day }) => (day < earliest ? day : earliest), usage.to);
  const days = countDays(first, daysAfter(usage.to, -1));
  const lasts = Math.floor((available * days) / spent);
  if (days < LEAST_DAYS || lasts < 1 || lasts > MOST_DAYS) return null;
  return lasts > EXACT_DAYS ? lasts - (lasts % 10) : lasts;
}
