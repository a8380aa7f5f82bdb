export const KYIV = 'Europe/Kyiv';

/** Browsers call some zones by their older names. */
const RENAMED: Record<string, string> = { 'Europe/Kiev': KYIV };

/** The time zones to choose from: Kyiv first, and what is saved even where this browser does not know it. */
export function zonesWith(saved: string): string[] {
  const known = Intl.supportedValuesOf('timeZone').map((zone) => RENAMED[zone] ?? zone);
  return [...new Set([KYIV, saved, ...known])];
}

/** `America/New_York` as people read it. */
export function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}
