import type { Payment, Transaction } from '~/api/model';
import { TransactionAmount } from '~/features/transactions/TransactionName';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { decimalsOf } from '~/lib/money';

/** Payments that are no transactions stand above those that are. */
export type Row =
  | { kind: 'payment'; key: string; payment: Payment }
  | { kind: 'transaction'; key: string; transaction: Transaction };

export const paymentRow = (payment: Payment): Row => ({ kind: 'payment', key: payment.id, payment });
export const transactionRow = (transaction: Transaction): Row => ({
  kind: 'transaction',
  key: transaction.id,
  transaction,
});

export function RowTime({ row }: { row: Row }) {
  const { moment } = useI18n();
  const at = row.kind === 'payment' ? row.payment.createdAt : row.transaction.createdAt;
  const isThisYear = new Date(at).getFullYear() === new Date().getFullYear();
  return (
    <time dateTime={at} className="whitespace-nowrap text-muted">
      {moment(at, isThisYear ? 'dateTime' : 'yearTime')}
    </time>
  );
}

/** In a few words: the provider and how a payment stands, or what a price goes by. */
export function RowDetails({ row }: { row: Row }) {
  const texts = useTexts(transactionsTexts);
  const { t } = useI18n();
  if (row.kind === 'payment') {
    const { provider, status } = row.payment;
    return (
      <span className={row.payment.checkoutUrl ? 'text-caution' : 'text-muted'}>
        {providerName(provider)} · {texts.payments.status[status]}
      </span>
    );
  }
  const { provider, breakdown, late, wouldRefuse, kind, description } = row.transaction;
  const words: string[] = [];
  if (provider) words.push(providerName(provider));
  if (kind === 'adjustment' && description !== UNEXPLAINED) words.push(description);
  if (wouldRefuse) words.push(texts.row.observed);
  else if (breakdown?.price === 'fixed') words.push(texts.row.fixed);
  else if (breakdown?.price === 'units') words.push(texts.row.units);
  else if (breakdown?.price === 'batch') words.push(t.common.calls(Number(breakdown.calls)));
  if (late) words.push(texts.row.late);
  return <span className="text-muted">{words.join(' · ')}</span>;
}

/** What the server says of an adjustment without a memo. */
export const UNEXPLAINED = 'Adjustment';

/** How many decimals the columns have room for, so that their decimal marks stand below each other. */
export interface Decimals {
  amount: number;
  balance: number;
}

export function decimalsIn(rows: readonly Row[]): Decimals {
  const transactions = rows.flatMap((row) => (row.kind === 'transaction' ? [row.transaction] : []));
  return {
    amount: decimalsOf(transactions.map(({ change }) => change)),
    balance: decimalsOf(transactions.map(({ balanceAfter }) => balanceAfter)),
  };
}

export function RowAmount({ row, decimals }: { row: Row; decimals: number }) {
  const { money } = useI18n();
  if (row.kind === 'transaction')
    return <TransactionAmount transaction={row.transaction} decimals={decimals} />;
  // Not money in yet, so without its sign and colour.
  return <span className="text-muted">{money(row.payment.credited, { column: decimals })}</span>;
}

export function RowBalance({ row, decimals }: { row: Row; decimals: number }) {
  const { money } = useI18n();
  if (row.kind === 'payment') return <span className="text-muted">—</span>;
  return money(row.transaction.balanceAfter, { decimals: 'fine', column: decimals });
}

/** Providers are called by their id, which is their name. */
export function providerName(provider: string): string {
  return provider.charAt(0).toUpperCase() + provider.slice(1);
}

export function paymentPath({ provider, id }: Payment): string {
  return `/payment/${encodeURIComponent(provider)}/return?payment=${encodeURIComponent(id)}`;
}
