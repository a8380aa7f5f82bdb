import { ArrowUp } from 'lucide-react';
import { useEffect } from 'react';
import type { HistoryList } from '~/api/history';
import type { HistoryFilters } from '~/api/model';
import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { announceCalmly } from '~/ui/Announcer';
import { Button } from '~/ui/Button';
import { useNewRows } from './useNewRows';

interface NewRowsProps {
  filters: HistoryFilters;
  list: HistoryList;
  listUpdatedAt: number;
  /** The rows are in the list now, and this button is gone. */
  onShown: () => void;
}

/** Above the list: how many rows are new, and a button that shows them. Until then nothing moves. */
export function NewRows({ filters, list, listUpdatedAt, onShown }: NewRowsProps) {
  const texts = useTexts(transactionsTexts);
  const { count, isAtLeast, show } = useNewRows(filters, list, listUpdatedAt);
  const text = isAtLeast ? texts.newRowsAtLeast(count) : texts.newRows(count);

  useEffect(() => {
    if (count > 0) announceCalmly(text);
  }, [count, text]);

  if (count === 0) return null;
  return (
    <Button
      className="mb-3 w-full text-small"
      title={texts.newRowsHint}
      onClick={() => {
        show();
        onShown();
      }}
    >
      <ArrowUp aria-hidden size={16} />
      {text}
    </Button>
  );
}
