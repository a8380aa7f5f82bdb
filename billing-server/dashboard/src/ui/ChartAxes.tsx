import type { BandScale, ChartDay, ValueScale } from './chart';

interface LeftAxisProps {
  scale: ValueScale;
  values: number[];
  left: number;
  right: number;
  formatValue: (value: number) => string;
}

/** A few round values, each with a line across. */
export function LeftAxis({ scale, values, left, right, formatValue }: LeftAxisProps) {
  return values.map((value) => (
    <g key={value} transform={`translate(0 ${scale(value)})`}>
      <line x1={left} x2={right} className="stroke-line" />
      <text x={left - 8} dy="0.32em" textAnchor="end" className="figures fill-muted text-note">
        {formatValue(value)}
      </text>
    </g>
  ));
}

interface BottomAxisProps {
  scale: BandScale;
  days: ChartDay[];
  /** Every so many days have their name, counted from the last. */
  every: number;
  top: number;
  right: number;
}

const HALF_LABEL = 26;

export function BottomAxis({ scale, days, every, top, right }: BottomAxisProps) {
  return days
    .filter((_, place) => (days.length - 1 - place) % every === 0)
    .map(({ key, label }) => {
      const middle = (scale(key) ?? 0) + scale.bandwidth() / 2;
      // The last name must not leave the picture.
      const fits = middle + HALF_LABEL <= right;
      return (
        <text
          key={key}
          x={fits ? middle : right}
          y={top + 20}
          textAnchor={fits ? 'middle' : 'end'}
          className="figures fill-muted text-note"
        >
          {label}
        </text>
      );
    });
}
