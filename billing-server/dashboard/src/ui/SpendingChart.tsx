import { scaleBand, scaleLinear } from '@visx/scale';
import { type FocusEventHandler, type KeyboardEvent, type PointerEvent, useId, useMemo, useRef } from 'react';
import { BottomAxis, LeftAxis } from './ChartAxes';
import type { ChartDay } from './chart';
import { StackedBars } from './StackedBars';
import { useWidth } from './useWidth';

interface SpendingChartProps {
  label: string;
  describedBy: string;
  days: ChartDay[];
  formatValue: (value: number) => string;
  /** Which day is looked at. */
  active: number | null;
  onActive: (place: number | null) => void;
  onOpen: (place: number) => void;
  onBlur: FocusEventHandler;
}

const HEIGHT = 240;
const MARGIN = { top: 12, right: 4, bottom: 28, left: 64 };
const LABEL_WIDTH = 76;

/**
 * Stacked bars by day. For a screen reader it is a slider over the days, which tells the figures of each; a table of
 * the same data stands beside it.
 */
export default function SpendingChart(props: SpendingChartProps) {
  const { label, describedBy, days, formatValue, active, onActive, onOpen, onBlur } = props;
  const [ref, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const last = days.length - 1;
  const current = active ?? last;

  const scales = useMemo(() => {
    const highest = Math.max(...days.map(({ values }) => values.reduce((a, b) => a + b, 0)), 0);
    const x = scaleBand({
      domain: days.map((day) => day.key),
      range: [MARGIN.left, Math.max(width - MARGIN.right, MARGIN.left + 1)],
      paddingInner: days.length > 45 ? 0.15 : 0.3,
    });
    const y = scaleLinear({
      domain: [0, highest || 1],
      range: [HEIGHT - MARGIN.bottom, MARGIN.top],
      nice: 4,
    });
    // With nothing to show, the ground line alone: any other value would be made up.
    return { x, y, values: highest > 0 ? y.ticks(4) : [0] };
  }, [days, width]);

  /** A press that began elsewhere, or with another button, opens nothing. */
  const isPressed = useRef(false);

  const placeAt = (event: PointerEvent<HTMLElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left;
    const place = Math.floor(x / scales.x.step());
    return place >= 0 && place <= last ? place : null;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
    if (next !== undefined) onActive(Math.min(Math.max(next, 0), last));
    else if (event.key === 'Enter') onOpen(current);
    else return;
    event.preventDefault();
  };

  // Every so many days have their name below them, counted from today.
  const every = Math.max(1, Math.ceil((days.length * LABEL_WIDTH) / Math.max(width - MARGIN.left, 1)));

  return (
    <div
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-describedby={describedBy}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={current}
      aria-valuetext={days[current]?.text}
      className="h-60 touch-pan-y rounded-control"
      onFocus={(event) => event.currentTarget.matches(':focus-visible') && onActive(current)}
      onBlur={onBlur}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => event.pointerType !== 'touch' && onActive(placeAt(event))}
      onPointerDown={(event) => {
        isPressed.current = event.button === 0;
      }}
      onPointerLeave={(event) => {
        isPressed.current = false;
        if (event.pointerType !== 'touch') onActive(null);
      }}
      onPointerUp={(event) => {
        if (!isPressed.current) return;
        isPressed.current = false;
        const place = placeAt(event);
        // A tap shows the day first; a finger can't hover.
        if (event.pointerType === 'touch') onActive(place);
        else if (place !== null) onOpen(place);
      }}
    >
      {width > 0 && (
        <svg aria-hidden width={width} height={HEIGHT} className="block">
          <LeftAxis
            scale={scales.y}
            values={scales.values}
            left={MARGIN.left}
            right={width - MARGIN.right}
            formatValue={formatValue}
          />
          <StackedBars days={days} xScale={scales.x} yScale={scales.y} active={active} hatch={hatch} />
          <BottomAxis scale={scales.x} days={days} every={every} top={HEIGHT - MARGIN.bottom} right={width} />
        </svg>
      )}
    </div>
  );
}
