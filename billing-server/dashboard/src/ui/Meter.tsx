export type MeterTone = 'data' | 'caution' | 'danger';

const FILLS: Record<MeterTone, string> = {
  data: 'fill-data-1',
  caution: 'fill-caution',
  danger: 'fill-danger',
};

interface MeterProps {
  label: string;
  /** The same in words. */
  text: string;
  /** From 0 to 1; what is beyond is shown as full. */
  share: number;
  tone: MeterTone;
}

/** A share of a whole as a bar. Its width is an attribute of SVG: the page's policy allows no inline styles. */
export function Meter({ label, text, share, tone }: MeterProps) {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
      className="h-2 overflow-hidden rounded-full bg-track forced-colors:border"
    >
      <svg aria-hidden viewBox="0 0 100 8" preserveAspectRatio="none" className="block size-full">
        <rect className={`meter-fill ${FILLS[tone]}`} width={percent} height="8" />
      </svg>
    </div>
  );
}
