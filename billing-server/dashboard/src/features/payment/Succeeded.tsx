import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useBalance } from '~/api/balance';
import { keys } from '~/api/keys';
import type { Payment } from '~/api/model';
import { Receipt } from '~/features/receipt/Receipt';
import { useI18n, useTexts } from '~/i18n';
import { paymentTexts } from '~/i18n/payment';
import { safeReturnTo } from '~/lib/navigation';
import { recallPayment } from '~/payments/memory';
import { announceCalmly } from '~/ui/Announcer';
import { ButtonLink } from '~/ui/Button';
import { Skeleton } from '~/ui/Skeleton';

/** The money is there: how much of it, by the server's own count. */
export function Succeeded({ payment }: { payment: Payment }) {
  const { money } = useI18n();
  const texts = useTexts(paymentTexts);
  const { balance, isUnknown } = useNewBalance();
  const available = balance && money(balance.available, { roundDown: true });
  const { title, available: label } = texts.succeeded;
  const wayBack = wayBackFrom(payment);
  const { currency } = payment;

  useEffect(() => {
    if (available) announceCalmly(`${title}. ${label}: ${available}`);
    else if (isUnknown) announceCalmly(title);
  }, [available, isUnknown, title, label]);

  return (
    <>
      {!isUnknown && (
        <>
          <p className="mt-4 text-small text-muted">{label}</p>
          <p className="figures text-figure-small font-semibold sm:text-figure">
            {available ?? <Skeleton className="my-1 h-9 w-44 sm:h-10" />}
          </p>
        </>
      )}
      <p className="figures mt-1 text-positive">
        {money(payment.credited, { signed: true })}
        {currency !== 'USD' && (
          <span className="text-muted"> · {texts.succeeded.paid(money(payment.amount, { currency }))}</span>
        )}
      </p>
      {payment.takenBack > 0 && (
        <p className="mt-2">{texts.succeeded.takenBack(money(payment.takenBack, { currency }))}</p>
      )}
      <div className="mt-6 flex flex-wrap gap-2">
        {wayBack && (
          <ButtonLink variant="primary" to={wayBack}>
            {texts.succeeded.goBack}
          </ButtonLink>
        )}
        <ButtonLink variant={wayBack ? 'secondary' : 'primary'} to="/">
          {texts.toOverview}
        </ButtonLink>
        {payment.hasReceipt && <Receipt payment={payment} />}
      </div>
    </>
  );
}

/** The balance as the server tells it after the payment: never one from before, and never a sum of our own. */
function useNewBalance() {
  const cache = useQueryClient();
  const [seenAt] = useState(Date.now);
  const { data, dataUpdatedAt, errorUpdatedAt } = useBalance();
  useEffect(() => {
    for (const queryKey of [keys.balance, ['history'], ['usage'], ['payments']]) {
      cache.invalidateQueries({ queryKey });
    }
  }, [cache]);
  const isNew = dataUpdatedAt >= seenAt;
  return { balance: isNew ? data : undefined, isUnknown: !isNew && errorUpdatedAt >= seenAt };
}

/** Where the person came from, if the payment was started in this tab. */
function wayBackFrom({ id }: Payment): string | null {
  const left = recallPayment();
  if (left?.id !== id || left.returnTo === null) return null;
  const path = safeReturnTo(left.returnTo);
  return path === '/' ? null : path;
}
