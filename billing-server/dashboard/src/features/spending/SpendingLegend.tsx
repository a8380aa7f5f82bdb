import { useI18n } from '~/i18n';
import type { Micros } from '~/lib/money';
import { seriesFill } from '~/ui/series';

interface SpendingLegendProps {
  names: string[];
  /** Of the period, or of the day that is looked at. */
  amounts: Micros[];
  decimals: 'cents' | 'fine';
}

export function SpendingLegend({ names, amounts, decimals }: SpendingLegendProps) {
  const { money } = useI18n();
  return (
    <ul className="mt-4 grid gap-x-8 gap-y-1 text-small sm:grid-cols-2 lg:grid-cols-3">
      {names.map((name, place) => (
        <li key={name} className="flex items-center gap-2">
          <svg aria-hidden width="12" height="12" className="shrink-0">
            <rect width="12" height="12" rx="3" className={`chart-bar ${seriesFill(place)}`} />
          </svg>
          <span className="min-w-0 truncate">{name}</span>
          <span className="figures ml-auto whitespace-nowrap text-muted">
            {money(amounts[place] as Micros, { decimals })}
          </span>
        </li>
      ))}
    </ul>
  );
}
