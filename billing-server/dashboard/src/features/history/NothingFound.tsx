import { useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { Button } from '~/ui/Button';
import { EmptyState } from '~/ui/EmptyState';

export function NothingFound({ onClear }: { onClear: () => void }) {
  const texts = useTexts(transactionsTexts);
  return (
    <EmptyState action={<Button onClick={onClear}>{texts.filters.clear}</Button>}>
      {texts.nothingFound}
    </EmptyState>
  );
}
