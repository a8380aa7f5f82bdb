import { useEffect, useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { Checking, Slow } from '~/features/payment/Checking';
import { NotFinished } from '~/features/payment/NotFinished';
import { Succeeded } from '~/features/payment/Succeeded';
import { Unpaid } from '~/features/payment/Unpaid';
import { type Outcome, useOutcome } from '~/features/payment/useOutcome';
import { useI18n, useTexts } from '~/i18n';
import { paymentTexts } from '~/i18n/payment';
import { settlePayment } from '~/payments/memory';
import { announce } from '~/ui/Announcer';
import { ButtonLink } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';

/** Back from a bank or a payment page: what has become of the payment. */
export default function PaymentReturnPage() {
  const { provider = '' } = useParams();
  const [search] = useSearchParams();
  const id = search.get('payment') ?? '';
  const { money } = useI18n();
  const texts = useTexts(paymentTexts);
  const outcome = useOutcome(provider, id);
  const payment = outcome.kind === 'unknown' ? null : outcome.payment;
  const title = titleOf(outcome, texts);

  const [firstTitle] = useState(title);
  const { kind } = outcome;

  useEffect(() => {
    // The first is read out with the page, and a success with its balance.
    if (title !== firstTitle && kind !== 'succeeded') announce(title);
  }, [title, firstTitle, kind]);
  useEffect(() => {
    if (kind !== 'checking' && kind !== 'unfinished') settlePayment(id);
  }, [kind, id]);

  return (
    <Card className="mx-auto max-w-[560px]">
      <PageTitle>{title}</PageTitle>
      {payment && outcome.kind !== 'succeeded' && (
        <p className="figures mt-1 text-muted">
          {texts.amount(money(payment.amount, { currency: payment.currency }))}
        </p>
      )}
      <Details outcome={outcome} />
      {payment && (
        <p className="mt-6 text-note text-muted">
          {texts.number} <span className="inline-block break-all">{payment.id}</span>
        </p>
      )}
    </Card>
  );
}

function Details({ outcome }: { outcome: Outcome }) {
  const texts = useTexts(paymentTexts);
  switch (outcome.kind) {
    case 'checking':
      return <Checking {...outcome} />;
    case 'slow':
      return <Slow payment={outcome.payment} />;
    case 'unfinished':
      return <NotFinished payment={outcome.payment} />;
    case 'succeeded':
      return <Succeeded payment={outcome.payment} />;
    case 'unpaid':
      return <Unpaid {...outcome} />;
    case 'unknown':
      return (
        <>
          <p className="mt-2">{texts.unknown.text}</p>
          <ButtonLink variant="primary" to="/" className="mt-6">
            {texts.toOverview}
          </ButtonLink>
        </>
      );
  }
}

function titleOf(outcome: Outcome, texts: (typeof paymentTexts)['uk']): string {
  switch (outcome.kind) {
    case 'checking':
    case 'slow':
    case 'unfinished':
    case 'succeeded':
      return texts[outcome.kind].title;
    case 'unpaid':
      return texts.unpaid.titles[outcome.ending];
    case 'unknown':
      return texts.unknown.title;
  }
}
