import { useKept, useKeptScroll } from '~/shared/kept';
import { useMedia } from '~/ui/useMedia';
import { HistoryCards } from './HistoryCards';
import { HistoryTable } from './HistoryTable';
import type { Row } from './rows';

const NONE: readonly string[] = [];

/** A table, or cards where it is too wide. Who comes back finds the same rows open, where the page was left. */
export function HistoryRows({ rows }: { rows: readonly Row[] }) {
  const isWide = useMedia('(min-width: 40rem)');
  const [open, changeOpen] = useKept('open', NONE);
  useKeptScroll();
  const toggle = (key: string) =>
    changeOpen((open) => (open.includes(key) ? open.filter((each) => each !== key) : [...open, key]));
  const Rows = isWide ? HistoryTable : HistoryCards;
  return <Rows rows={rows} open={new Set(open)} onToggle={toggle} />;
}
