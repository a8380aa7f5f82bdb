import { useKept } from '~/shared/kept';
import { useMedia } from '~/ui/useMedia';
import { HistoryCards } from './HistoryCards';
import { HistoryTable } from './HistoryTable';
import type { Row } from './rows';

const NONE: readonly string[] = [];

/** A table, or cards where it is too wide. Which rows are open stays so for who comes back. */
export function HistoryRows({ rows }: { rows: readonly Row[] }) {
  const isWide = useMedia('(min-width: 40rem)');
  const [open, changeOpen] = useKept('open', NONE);
  const toggle = (key: string) =>
    changeOpen((open) => (open.includes(key) ? open.filter((each) => each !== key) : [...open, key]));
  const Rows = isWide ? HistoryTable : HistoryCards;
  return <Rows rows={rows} open={new Set(open)} onToggle={toggle} />;
}
