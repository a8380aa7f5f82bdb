import type { Schemas } from '~/api/schemas';
import { CHECKOUT, fondy, paymentOf, stripePage } from '../../../src/test/payments';
import { type Answers, AWAY, NEVER, refusal } from '../answers';
import { about, type Scene, type State } from './state';

const DOLLARS = '/topup?amount=10&method=stripe';
const HRYVNIAS = '/topup?amount=1000&currency=UAH&method=fondy';

const offering = (...providers: Schemas['Provider'][]): Answers => ({
  'GET /api/billing/payment/providers': { instead: { providers } },
});

const withOpenPayment = (change: Partial<Schemas['PaymentState']>): Answers => ({
  ...offering(fondy, stripePage),
  'GET /api/billing/payments': { instead: { payments: [paymentOf(change)] } },
});

/** What is wrong with an amount is told once its field is left. */
async function leaveAmount({ page, texts }: Scene) {
  const field = page.getByLabel(texts.topup.amount.label);
  await field.focus();
  await field.blur();
}

const goToPayment = ({ page, texts }: Scene) =>
  page.getByRole('button', { name: texts.topup.pay.goToPayment }).click();

export const topup: readonly State[] = [
  { name: 'topup', path: '/topup', shows: ({ topup }) => topup.pay.hosted },
  {
    name: 'topup-loading',
    path: '/topup',
    answers: { 'GET /api/billing/payment/providers': NEVER },
    isLoading: true,
    shows: ({ common }) => common.loading,
  },
  {
    name: 'topup-away',
    path: '/topup',
    answers: { 'GET /api/billing/payment/providers': AWAY },
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },
  {
    name: 'topup-not-billed',
    path: '/topup',
    answers: { 'GET /api/billing/balance': { change: { billing_enabled: false } } },
    shows: ({ topup }) => topup.notBilled,
  },
  {
    name: 'topup-no-way-to-pay',
    path: '/topup',
    answers: { ...offering(), 'GET /auth/session': { change: { support_email: 'help@example.com' } } },
    shows: ({ topup }) => topup.method.none,
  },
  {
    name: 'topup-one-way-to-pay',
    path: '/topup',
    answers: offering(stripePage),
    // Beside radio buttons it would be a label.
    shows: ({ topup }, page) => page.locator('p', { hasText: topup.method.stripe }),
  },

  {
    name: 'topup-empty',
    path: '/topup',
    bring: goToPayment,
    shows: ({ topup }) => topup.amount.problems.empty,
  },
  {
    name: 'topup-malformed',
    path: '/topup?amount=ten',
    bring: leaveAmount,
    shows: ({ topup }) => topup.amount.problems.notANumber,
  },
  {
    name: 'topup-too-many-decimals',
    path: '/topup?amount=9.999',
    bring: leaveAmount,
    shows: ({ topup }) => topup.amount.problems.tooManyDecimals,
  },
  {
    name: 'topup-too-small',
    path: '/topup?amount=0.01',
    bring: leaveAmount,
    shows: ({ topup }) => about(topup.amount.problems.under),
  },
  {
    name: 'topup-too-large',
    path: '/topup?amount=1000000',
    bring: leaveAmount,
    shows: ({ topup }) => about(topup.amount.problems.over),
  },
  {
    name: 'topup-no-rate',
    path: '/topup?amount=10&method=fondy',
    answers: { 'GET /api/billing/balance': { change: { exchange_rate: null } } },
    bring: leaveAmount,
    shows: ({ topup }) => topup.amount.noRate,
  },

  { name: 'topup-dollars', path: DOLLARS, shows: ({ topup }) => about(topup.amount.aboutInHryvnias) },
  { name: 'topup-hryvnias', path: HRYVNIAS, shows: ({ topup }) => about(topup.amount.credited) },
  {
    name: 'topup-counting',
    path: HRYVNIAS,
    answers: { 'POST /api/billing/quote': NEVER },
    shows: ({ topup }) => topup.pay.counting,
  },
  {
    name: 'topup-no-quote',
    path: HRYVNIAS,
    answers: { 'POST /api/billing/quote': refusal(503, 'EXCHANGE_RATE_UNAVAILABLE') },
    shows: ({ errors }) => errors.codes.EXCHANGE_RATE_UNAVAILABLE,
  },

  {
    name: 'topup-starting',
    path: DOLLARS,
    answers: { 'POST /api/billing/payment/stripe/create': NEVER },
    bring: goToPayment,
    shows: ({ topup }) => topup.pay.phases.starting,
  },
  {
    name: 'topup-provider-away',
    path: DOLLARS,
    answers: { 'POST /api/billing/payment/stripe/create': refusal(503, 'PROVIDER_UNAVAILABLE') },
    bring: goToPayment,
    shows: ({ errors }) => errors.codes.PROVIDER_UNAVAILABLE,
  },
  {
    name: 'topup-too-many-attempts',
    path: DOLLARS,
    answers: { 'POST /api/billing/payment/stripe/create': refusal(429, 'RATE_LIMITED', 60) },
    bring: goToPayment,
    shows: ({ topup }) => about(topup.pay.again),
  },

  {
    name: 'topup-unfinished',
    path: '/topup',
    answers: withOpenPayment({ checkout_url: CHECKOUT }),
    shows: ({ topup }) => topup.unfinished.resume,
  },
  {
    name: 'topup-processing',
    path: '/topup',
    answers: withOpenPayment({ status: 'processing' }),
    shows: ({ topup }) => topup.unfinished.processing,
  },
];
