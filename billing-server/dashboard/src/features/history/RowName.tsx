import { ChevronDown, ChevronRight, Clock } from 'lucide-react';
import { Link } from 'react-router';
import { TransactionName } from '~/features/transactions/TransactionName';
import { useI18n } from '~/i18n';
import { paymentPath, type Row } from './rows';

interface RowNameProps {
  row: Row;
  isOpen: boolean;
  onToggle: () => void;
  /** The element that opens below. */
  controls: string;
}

/** What a row is: a button that opens its details, or the link to a payment's own page. */
export function RowName({ row, isOpen, onToggle, controls }: RowNameProps) {
  const { t } = useI18n();
  if (row.kind === 'payment') {
    return (
      <Link to={paymentPath(row.payment)} className={NAME}>
        <Clock aria-hidden size={16} className="shrink-0 text-muted" />
        <span className="text-primary underline underline-offset-4">{t.kinds.top_up}</span>
      </Link>
    );
  }
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <button type="button" aria-expanded={isOpen} aria-controls={controls} onClick={onToggle} className={NAME}>
      <Chevron aria-hidden size={16} className="shrink-0 text-muted" />
      <TransactionName transaction={row.transaction} />
    </button>
  );
}

const NAME = 'inline-flex min-h-11 min-w-0 items-center gap-2 rounded-control text-left hover:text-primary';
