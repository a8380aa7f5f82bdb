import { useId } from 'react';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import type { RowsProps } from './HistoryTable';
import { RowName } from './RowName';
import { RowOpened } from './RowOpened';
import { RowAmount, RowBalance, RowDetails, RowTime } from './rows';

/** The same on phones, where a table is too wide. */
export function HistoryCards({ rows, open, onToggle }: RowsProps) {
  const { title, columns } = useTexts(transactionsTexts);
  const id = useId();
  return (
    <ul aria-label={title} className="-my-3 divide-y divide-line text-small">
      {rows.map((row) => {
        const isOpen = open.has(row.key);
        const details = `${id}-${row.key}`;
        return (
          <li key={row.key} className="grid gap-x-3 py-3">
            <RowTime row={row} />
            <div className="flex items-center justify-between gap-3">
              <RowName row={row} isOpen={isOpen} onToggle={() => onToggle(row.key)} controls={details} />
              <span className="figures shrink-0 text-body">
                <RowAmount row={row} decimals={0} />
              </span>
            </div>
            <div className="flex items-baseline justify-between gap-3">
              <RowDetails row={row} />
              {row.kind === 'transaction' && (
                <span className="figures ml-auto shrink-0 text-muted">
                  {columns.balanceAfter}: <RowBalance row={row} decimals={0} />
                </span>
              )}
            </div>
            {isOpen && (
              <div id={details} className="mt-3">
                <RowOpened row={row} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
