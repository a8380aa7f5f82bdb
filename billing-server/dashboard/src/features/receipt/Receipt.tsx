import { ReceiptText } from 'lucide-react';
import type { Payment } from '~/api/model';
import { useReceipt } from '~/api/payments';
import { useTexts } from '~/i18n';
import { receiptTexts } from '~/i18n/receipt';
import { leaveFor } from '~/lib/leave';
import { Button } from '~/ui/Button';

/** A way to the provider’s page about a payment that has one. */
export function Receipt({ payment }: { payment: Payment }) {
  const texts = useTexts(receiptTexts);
  const receipt = useReceipt(payment);
  return (
    <>
      <Button
        variant="secondary"
        busy={receipt.isPending}
        onClick={() => receipt.mutate(undefined, { onSuccess: (url) => leaveFor(url) })}
      >
        {!receipt.isPending && <ReceiptText aria-hidden size={18} />}
        {texts.open}
      </Button>
      {receipt.isError && (
        <p role="status" className="mt-2 text-small">
          {texts.failed}
        </p>
      )}
    </>
  );
}
