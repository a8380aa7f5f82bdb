import type { Language } from './money';

/** A calendar day without a zone: `2026-11-28`. */
export type Day = string;

const SHAPES = {
  dateTime: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  yearTime: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  },
  full: { dateStyle: 'long', timeStyle: 'medium', hourCycle: 'h23' },
  date: { day: 'numeric', month: 'short' },
  longDate: { day: 'numeric', month: 'long', weekday: 'long' },
  month: { day: 'numeric', month: 'long' },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DateShape = keyof typeof SHAPES;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** A moment for people: in the viewer's zone unless another is named. */
export function formatMoment(
  moment: string,
  language: Language,
  shape: DateShape,
  timeZone?: string,
): string {
  return formatter(language, shape, timeZone).format(new Date(moment));
}

/** A calendar day for people. */
export function formatDay(
  day: Day,
  language: Language,
  shape: 'date' | 'longDate' | 'month' = 'date',
): string {
  return formatter(language, shape, 'UTC').format(new Date(`${day}T00:00:00Z`));
}

function formatter(language: Language, shape: DateShape, timeZone?: string): Intl.DateTimeFormat {
  const key = `${language} ${shape} ${timeZone ?? ''}`;
  let made = formatters.get(key);
  if (!made) {
    // British English puts the day first and counts hours to 24, as the Ukrainian page does.
    const locale = language === 'en' ? 'en-GB' : language;
    made = formatIn(timeZone, locale, SHAPES[shape]);
    formatters.set(key, made);
  }
  return made;
}

/** In a zone that this browser knows, else in its own: old ones know fewer names than the server. */
export function formatIn(
  timeZone: string | undefined,
  locale: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(locale, options);
  }
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** Which day it is in a zone. */
export function dayIn(timeZone: string, now: Date = new Date()): Day {
  let calendar = calendars.get(timeZone);
  if (!calendar) {
    // Swedish writes dates as ISO does.
    calendar = formatIn(timeZone, 'sv', { dateStyle: 'short' });
    calendars.set(timeZone, calendar);
  }
  return calendar.format(now);
}
