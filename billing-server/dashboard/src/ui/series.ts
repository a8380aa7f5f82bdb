/** Fills of chart series, in order; the last is for what remains. */
const FILLS = ['fill-data-1', 'fill-data-2', 'fill-data-3', 'fill-data-4'] as const;

export function seriesFill(place: number): string {
  return FILLS[place] ?? 'fill-data-rest';
}
