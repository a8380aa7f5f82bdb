import type { Transaction } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { transactionsTexts } from '~/i18n/transactions';
import { CopyValue } from './CopyValue';
import { CostBreakdown } from './CostBreakdown';
import { Fact } from './Fact';
import { PaymentDetails } from './PaymentDetails';
import { UNEXPLAINED } from './rows';

/** All that is known of a transaction. */
export default function TransactionDetails({ transaction }: { transaction: Transaction }) {
  const texts = useTexts(transactionsTexts);
  const { moment } = useI18n();
  const { kind, breakdown, provider, paymentId, requestId, createdAt, description } = transaction;
  return (
    <div className="grid gap-4 rounded-control bg-canvas p-3 sm:p-4">
      {kind === 'capture' && <CostBreakdown raw={breakdown} />}
      <Notes transaction={transaction} />
      <dl className="grid gap-x-6 sm:grid-cols-[max-content_1fr] sm:gap-y-2">
        <Fact name={texts.details.time}>{moment(createdAt, 'full')}</Fact>
        {kind === 'adjustment' && description !== UNEXPLAINED && (
          <Fact name={texts.details.note}>{description}</Fact>
        )}
        {requestId && (
          <Fact name={texts.details.requestId}>
            <CopyValue value={requestId} />
          </Fact>
        )}
        {provider && paymentId && <PaymentDetails provider={provider} paymentId={paymentId} />}
      </dl>
      {kind === 'capture' && <p className="text-note text-muted">{texts.notCharged}</p>}
    </div>
  );
}

/** What is out of the ordinary about a charge. */
function Notes({ transaction }: { transaction: Transaction }) {
  const texts = useTexts(transactionsTexts).details;
  const { money } = useI18n();
  const { late, uncollected, wouldRefuse } = transaction;
  const reasons: Record<string, string> = texts.reasons;
  const asked = money(uncollected, { decimals: 'exact' });
  if (wouldRefuse) return <p>{texts.observed(asked, reasons[wouldRefuse] ?? wouldRefuse)}</p>;
  return (
    <>
      {late && <p>{texts.late}</p>}
      {uncollected > 0 && <p>{texts.uncollected(asked)}</p>}
    </>
  );
}
