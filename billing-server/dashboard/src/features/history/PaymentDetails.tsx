import { useQuery } from '@tanstack/react-query';
import { paymentQuery } from '~/api/payments';
import { Receipt } from '~/features/receipt/Receipt';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { formatDecimal, unitPrice } from '~/lib/money';
import { QueryError } from '~/shared/QueryError';
import { Skeleton } from '~/ui/Skeleton';
import { CopyValue } from './CopyValue';
import { Fact } from './Fact';

/** What was paid for a top-up: asked for only once somebody looks. */
export function PaymentDetails({ provider, paymentId }: { provider: string; paymentId: string }) {
  const texts = useTexts(transactionsTexts);
  const { money, language } = useI18n();
  const query = useQuery(paymentQuery(provider, paymentId));
  const { data: payment } = query;
  return (
    <>
      <Fact name={texts.details.paymentId}>
        <CopyValue value={paymentId} />
      </Fact>
      {query.isPending && (
        <Fact name={texts.details.charged}>
          <Skeleton className="h-5 w-24" />
        </Fact>
      )}
      {query.isError && !payment && (
        <Fact name={texts.details.charged}>
          <QueryError error={query.error} onRetry={() => query.refetch()} />
        </Fact>
      )}
      {payment && (
        <>
          <Fact name={texts.details.charged}>{money(payment.amount, { currency: payment.currency })}</Fact>
          <Fact name={texts.details.credited}>{money(payment.credited, { decimals: 'exact' })}</Fact>
          {payment.currency === 'UAH' && (
            <Fact name={texts.details.rate}>
              {texts.details.rateOf(formatDecimal(unitPrice(payment.amount, payment.credited), language, 2))}
            </Fact>
          )}
          <Fact name={texts.details.status}>{texts.payments.status[payment.status]}</Fact>
          {payment.externalId && (
            <Fact name={texts.details.externalId}>
              <CopyValue value={payment.externalId} />
            </Fact>
          )}
          {payment.hasReceipt && (
            <Fact name={texts.details.receipt}>
              <Receipt payment={payment} />
            </Fact>
          )}
        </>
      )}
    </>
  );
}
