import type { ReactNode } from 'react';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Amounts stand at the right, their decimal marks below each other. */
  amount?: boolean;
  /** Left out where there is no room for it. */
  wideOnly?: boolean;
}

interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

/** A real table. Where it is too wide it scrolls in its own region, and the page does not. */
export function DataTable<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls; a landmark would repeat the card's
    <div role="group" aria-label={caption} tabIndex={0} className="-mx-2 overflow-x-auto px-2">
      <table className="w-full border-collapse text-small">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line">
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={`${cellClass(column, columns)} font-medium text-muted`}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="border-b border-line last:border-0">
              {columns.map((column) => (
                <td key={column.key} className={cellClass(column, columns)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The outer cells, of those there is room for, are flush with the card. */
function cellClass<Row>(column: Column<Row>, columns: readonly Column<Row>[]): string {
  const { amount, wideOnly } = column;
  const narrow = columns.filter((each) => !each.wideOnly);
  const first = column === narrow[0] ? 'max-sm:pl-0' : '';
  const last = column === narrow.at(-1) ? 'max-sm:pr-0' : '';
  const align = amount ? 'figures whitespace-nowrap text-right' : 'text-left';
  return `px-2 py-2.5 first:pl-0 last:pr-0 ${first} ${last} ${align} ${wideOnly ? 'hidden sm:table-cell' : ''}`;
}
