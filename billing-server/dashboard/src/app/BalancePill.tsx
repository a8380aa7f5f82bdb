import { Link } from 'react-router';
import { useBalance } from '~/api/balance';
import { useI18n } from '~/i18n';

/** What can be spent, on every page but the one that says it large. */
export function BalancePill() {
  const { t, money } = useI18n();
  const { data: balance } = useBalance();
  if (!balance) return null;
  const amount = money(balance.available, { roundDown: true });
  return (
    <Link
      to="/"
      aria-label={t.common.account.balance(amount)}
      className="figures flex min-h-11 items-center rounded-control px-2 font-medium whitespace-nowrap hover:bg-canvas"
    >
      {amount}
    </Link>
  );
}
