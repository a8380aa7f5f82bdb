import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { Button } from '~/ui/Button';
import { EmptyState } from '~/ui/EmptyState';

interface NothingFoundProps {
  onClear: () => void;
  /** Why, where it is not simply that there is nothing. */
  text?: string;
}

export function NothingFound({ onClear, text }: NothingFoundProps) {
  const texts = useTexts(transactionsTexts);
  return (
    <EmptyState action={<Button onClick={onClear}>{texts.filters.clear}</Button>}>
      {text ?? texts.nothingFound}
    </EmptyState>
  );
}
