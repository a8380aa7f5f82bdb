import { ArrowDownLeft, ArrowUpRight } from 'lucide-react';
import type { Transaction } from '~/api/model';
import { useI18n } from '~/i18n';
import type { Dictionary } from '~/i18n/uk';
import { toolName } from '~/lib/tools';

/** What a line of the history is, for people. */
export function nameOf({ kind, operation, description }: Transaction, t: Dictionary): string {
  if (kind === 'capture') return operation ? toolName(operation) : t.kinds.capture;
  return t.kinds[kind] ?? description;
}

export function TransactionName({ transaction }: { transaction: Transaction }) {
  const { t } = useI18n();
  const moneyIn = transaction.change > 0;
  const Icon = moneyIn ? ArrowDownLeft : ArrowUpRight;
  return (
    <span className="inline-flex items-center gap-2">
      <Icon aria-hidden size={16} className={`shrink-0 ${moneyIn ? 'text-positive' : 'text-muted'}`} />
      <span className="break-words">{nameOf(transaction, t)}</span>
    </span>
  );
}

interface TransactionAmountProps {
  transaction: Transaction;
  /** Of the column it stands in. */
  decimals: number;
}

/** Money in has a plus; spending is ink, for it is normal. */
export function TransactionAmount({ transaction: { change }, decimals }: TransactionAmountProps) {
  const { money } = useI18n();
  return (
    <span className={change > 0 ? 'font-medium text-positive' : ''}>
      {money(change, { signed: true, decimals: 'fine', column: decimals })}
    </span>
  );
}
