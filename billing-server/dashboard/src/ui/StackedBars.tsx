import { BarStack } from '@visx/shape';
import type { BandScale, ChartDay, ValueScale } from './chart';
import { seriesFill } from './series';

interface StackedBarsProps {
  days: ChartDay[];
  xScale: BandScale;
  yScale: ValueScale;
  active: number | null;
  hatch: string;
}

/** A day as the stack wants it: values by the name of their series. */
type Line = Record<string, number>;

/** The bars themselves: one stack a day, its parts told apart by a hairline of ground. */
export function StackedBars({ days, xScale, yScale, active, hatch }: StackedBarsProps) {
  const series = days[0]?.values.map((_, place) => `${place}`) ?? [];
  const lines: Line[] = days.map(({ values }, place) => ({ ...Object.fromEntries(values.entries()), place }));
  const activeDay = active === null ? undefined : days[active];
  const [bottom = 0, top = 0] = yScale.range();
  return (
    <>
      <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line y2="6" strokeWidth="5" className="stroke-surface" />
      </pattern>
      {activeDay && (
        <rect
          x={(xScale(activeDay.key) ?? 0) - (xScale.step() - xScale.bandwidth()) / 2}
          y={top}
          width={xScale.step()}
          height={bottom - top}
          className="fill-track"
        />
      )}
      <BarStack<Line, string>
        data={lines}
        keys={series}
        x={({ place = 0 }) => days[place]?.key ?? ''}
        xScale={xScale}
        yScale={yScale}
        color={() => ''}
      >
        {(stacks) =>
          stacks.flatMap((stack) =>
            stack.bars
              .filter((bar) => (bar.bar.data[stack.key] ?? 0) > 0)
              .map((bar) => {
                // Beside one giant day the others are still there.
                const height = Math.max(bar.height, 1);
                const shape = { x: bar.x, y: bar.y + bar.height - height, width: bar.width, height };
                return (
                  <g key={`${stack.key} ${bar.index}`}>
                    <rect
                      {...shape}
                      className={`chart-bar stroke-surface ${seriesFill(stack.index)}`}
                      strokeWidth={height > 3 ? 1 : 0}
                    />
                    {days[bar.index]?.incomplete && (
                      <rect {...shape} fill={`url(#${hatch})`} opacity="0.55" />
                    )}
                  </g>
                );
              }),
          )
        }
      </BarStack>
    </>
  );
}
