import { Fragment, useId } from 'react';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { RowName } from './RowName';
import { RowOpened } from './RowOpened';
import { decimalsIn, type Row, RowAmount, RowBalance, RowDetails, RowTime } from './rows';

export interface RowsProps {
  rows: readonly Row[];
  /** The keys of rows whose details are open. */
  open: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

export function HistoryTable({ rows, open, onToggle }: RowsProps) {
  const { title, columns } = useTexts(transactionsTexts);
  const id = useId();
  const decimals = decimalsIn(rows);
  return (
    <div className="-mx-2 overflow-x-auto px-2">
      <table className="w-full border-collapse text-small">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr className="border-b border-line text-left text-muted">
            <th scope="col" className={CELL}>
              {columns.time}
            </th>
            <th scope="col" className={CELL}>
              {columns.what}
            </th>
            <th scope="col" className={CELL}>
              {columns.details}
            </th>
            <th scope="col" className={`${CELL} text-right`}>
              {columns.amount}
            </th>
            <th scope="col" className={`${CELL} text-right`}>
              {columns.balanceAfter}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const isOpen = open.has(row.key);
            const details = `${id}-${row.key}`;
            return (
              <Fragment key={row.key}>
                <tr className={isOpen ? '' : 'border-b border-line last:border-0'}>
                  <td className={CELL}>
                    <RowTime row={row} />
                  </td>
                  <td className={CELL}>
                    <RowName
                      row={row}
                      isOpen={isOpen}
                      onToggle={() => onToggle(row.key)}
                      controls={details}
                    />
                  </td>
                  <td className={CELL}>
                    <RowDetails row={row} />
                  </td>
                  <td className={AMOUNT}>
                    <RowAmount row={row} decimals={decimals.amount} />
                  </td>
                  <td className={AMOUNT}>
                    <RowBalance row={row} decimals={decimals.balance} />
                  </td>
                </tr>
                {isOpen && (
                  <tr id={details} className="border-b border-line last:border-0">
                    <td colSpan={5} className="pb-4">
                      <RowOpened row={row} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const CELL = 'px-2 py-1 font-normal first:pl-0 last:pr-0';
const AMOUNT = `${CELL} figures text-right whitespace-nowrap`;
