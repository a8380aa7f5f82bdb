import type { scaleBand, scaleLinear } from '@visx/scale';

/** A day of a chart, as its parts draw it. */
export interface ChartDay {
  key: string;
  /** Under the bar. */
  label: string;
  /** The day's figures in words. */
  text: string;
  /** One value for each series, none below zero. */
  values: number[];
  /** Hatched: the day is not over. */
  incomplete: boolean;
}

export type BandScale = ReturnType<typeof scaleBand<string>>;
export type ValueScale = ReturnType<typeof scaleLinear<number>>;
