import type { Schemas } from '~/api/schemas';
import { CHECKOUT, fondy, paymentOf, stripePage } from '../../../src/test/payments';
import { type Answers, AWAY, NEVER } from '../answers';
import type { Scene, State } from './state';

const ID = '0193bbbb-0000-7000-8000-000000000001';
const BACK = `/payment/fondy/return?payment=${ID}`;

/** A refusal of a payment that is open may be an old one, and is not believed at once. */
const DOUBT_MS = 4_000;
/** After so long nobody is kept waiting. */
const PATIENCE_MS = 2 * 60_000;

const STATUS = 'GET /api/billing/payment/{provider}/{paymentId}/status';
const RECEIPT = 'GET /api/billing/payment/{provider}/{paymentId}/receipt';

const becoming = (change: Partial<Schemas['PaymentState']>): Answers => ({
  'GET /api/billing/payment/providers': { instead: { providers: [fondy, stripePage] } },
  [STATUS]: { instead: paymentOf({ paymentId: ID, ...change }) },
});

/** As if the payment had been started in this tab, from a page to go back to. */
async function comeFromAnotherPage({ page }: Scene) {
  const left = { provider: 'fondy', id: ID, returnTo: '/transactions', isUnsettled: false };
  await page.evaluate((left) => sessionStorage.setItem('billing.payment', JSON.stringify(left)), left);
  await page.reload();
}

export const payment: readonly State[] = [
  {
    name: 'payment-checking',
    path: BACK,
    answers: { [STATUS]: NEVER },
    shows: ({ payment }) => payment.checking.title,
  },
  {
    name: 'payment-not-paid-yet',
    path: BACK,
    answers: becoming({ checkout_url: CHECKOUT }),
    shows: ({ payment }) => payment.checking.backToCheckout,
  },
  {
    name: 'payment-received',
    path: BACK,
    answers: becoming({ status: 'processing' }),
    shows: ({ payment }, page) =>
      page.getByRole('main').getByRole('listitem').first().getByText(payment.checking.standing.done),
  },
  {
    name: 'payment-unreachable',
    path: BACK,
    answers: { [STATUS]: AWAY },
    shows: ({ payment }) => payment.checking.unreachable,
  },
  {
    name: 'payment-review',
    path: BACK,
    answers: becoming({ status: 'processing', needs_review: 'paid_mismatch' }),
    shows: ({ payment }) => payment.slow.review,
  },
  {
    name: 'payment-succeeded',
    path: BACK,
    answers: becoming({ status: 'succeeded' }),
    shows: ({ payment }) => payment.succeeded.available,
  },
  {
    name: 'payment-receipt-away',
    path: BACK,
    answers: { ...becoming({ status: 'succeeded', has_receipt: true }), [RECEIPT]: AWAY },
    bring: ({ page, texts }) => page.getByRole('button', { name: texts.receipt.open }).click(),
    shows: ({ receipt }) => receipt.failed,
  },
  {
    name: 'payment-taken-back',
    path: BACK,
    answers: becoming({ status: 'succeeded', taken_back: 100 }),
    bring: comeFromAnotherPage,
    shows: ({ payment }) => payment.succeeded.goBack,
  },
  {
    name: 'payment-succeeded-balance-away',
    path: BACK,
    answers: { ...becoming({ status: 'succeeded' }), 'GET /api/billing/balance': AWAY },
    shows: ({ payment: { succeeded } }, page) =>
      page.getByRole('main').filter({ hasText: succeeded.title, hasNotText: succeeded.available }),
  },
  {
    name: 'payment-declined',
    path: BACK,
    answers: becoming({ status: 'failed', failure: { code: '1037', message: null } }),
    shows: ({ reasons }) => reasons.insufficientFunds,
  },
  {
    name: 'payment-canceled',
    path: BACK,
    answers: becoming({ status: 'canceled' }),
    shows: ({ payment }) => payment.unpaid.titles.canceled,
  },
  {
    name: 'payment-expired',
    path: BACK,
    answers: becoming({ status: 'expired' }),
    shows: ({ payment }) => payment.unpaid.titles.expired,
  },
  { name: 'payment-unknown', path: BACK, shows: ({ payment }) => payment.unknown.text },
  { name: 'payment-unnamed', path: '/payment/fondy/return', shows: ({ payment }) => payment.unknown.text },

  {
    name: 'payment-declined-and-open',
    path: BACK,
    answers: becoming({ failure: { code: '1015', message: null } }),
    laterMs: DOUBT_MS,
    shows: ({ reasons }) => reasons.wrongNumber,
  },
  {
    name: 'payment-slow',
    path: BACK,
    answers: {
      ...becoming({ status: 'processing' }),
      'GET /auth/session': { change: { support_email: 'help@example.com' } },
    },
    laterMs: PATIENCE_MS,
    shows: ({ payment }) => payment.slow.text,
  },
  {
    name: 'payment-unfinished',
    path: BACK,
    answers: becoming({ checkout_url: CHECKOUT }),
    laterMs: PATIENCE_MS,
    shows: ({ payment }) => payment.unfinished.text,
  },
];
