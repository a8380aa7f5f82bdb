import { useI18n, useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import { decimalsOf, type Micros, ZERO } from '~/lib/money';
import { type Column, DataTable } from '~/ui/DataTable';
import type { SpendingDay } from './series';

interface SpendingTableProps {
  names: string[];
  days: SpendingDay[];
}

/** The chart's data as a table, newest day first. */
export function SpendingTable({ names, days }: SpendingTableProps) {
  const texts = useTexts(overviewTexts).spending;
  const { day, money } = useI18n();
  const amountColumn = (header: string, amountOf: (row: SpendingDay) => Micros): Column<SpendingDay> => {
    const decimals = decimalsOf(days.map(amountOf));
    const cell = (row: SpendingDay) => money(amountOf(row), { decimals: 'fine', column: decimals });
    return { key: header, header, amount: true, cell };
  };
  const columns: Column<SpendingDay>[] = [
    {
      key: 'day',
      header: texts.dayColumn,
      cell: (row) => <span className="whitespace-nowrap">{day(row.day)}</span>,
    },
    ...names.map((name, place) => amountColumn(name, (row) => row.amounts[place] ?? ZERO)),
    amountColumn(texts.totalColumn, (row) => row.total),
  ];
  return (
    <DataTable caption={texts.chart} columns={columns} rows={days.toReversed()} rowKey={(row) => row.day} />
  );
}
