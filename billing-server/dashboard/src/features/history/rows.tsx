import type { Payment, Transaction } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';

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

export function RowAmount({ row }: { row: Row }) {
  const { money } = useI18n();
  // Not money in yet, so without its sign and colour.
  if (row.kind === 'payment') return <span className="text-muted">{money(row.payment.credited)}</span>;
  const { change } = row.transaction;
  return (
    <span className={change > 0 ? 'font-medium text-positive' : ''}>
      {money(change, { signed: true, decimals: 'fine' })}
    </span>
  );
}

export function RowBalance({ row }: { row: Row }) {
  const { money } = useI18n();
  if (row.kind === 'payment') return <span className="text-muted">—</span>;
  return money(row.transaction.balanceAfter, { decimals: 'fine' });
}

/** Providers are called by their id, which is their name. */
export function providerName(provider: string): string {
  return provider.charAt(0).toUpperCase() + provider.slice(1);
}

export function paymentPath({ provider, id }: Payment): string {
  return `/payment/${encodeURIComponent(provider)}/return?payment=${encodeURIComponent(id)}`;
}
