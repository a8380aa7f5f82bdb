import type { Schemas } from '~/api/schemas';
import { type Answers, AWAY, NEVER } from '../answers';
import { money } from '../money';
import { about, type State } from './state';

const ALL = ['GET /api/billing/balance', 'GET /api/billing/usage', 'GET /api/billing/history'] as const;

const withBalance = (change: Partial<Schemas['Balance']>): Answers => ({
  'GET /api/billing/balance': { change },
});

const NOTHING_YET: Answers = {
  ...withBalance({ balance_usd: 0, available_usd: 0, total_requests: 0, last_request_at: null }),
  'GET /api/billing/usage': { change: { buckets: [] } },
  'GET /api/billing/history': { change: { transactions: [] } },
};

export const overview: readonly State[] = [
  { name: 'overview', path: '/', shows: ({ overview }) => about(overview.spending.total) },
  {
    name: 'overview-loading',
    path: '/',
    answers: Object.fromEntries(ALL.map((call) => [call, NEVER])),
    isLoading: true,
    shows: ({ overview }) => overview.limits.title,
  },
  {
    name: 'overview-away',
    path: '/',
    answers: Object.fromEntries(ALL.map((call) => [call, AWAY])),
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },
  { name: 'overview-new', path: '/', answers: NOTHING_YET, shows: ({ overview }) => overview.balance.start },
  {
    name: 'overview-low',
    path: '/',
    // A rate that nobody knows, and money held for a call, stand beside it.
    answers: withBalance({ available_usd: 0.6, balance_usd: 1, held_usd: 0.4, exchange_rate: null }),
    shows: ({ overview, language }) => overview.banners.low(money(0.6, { language })),
  },
  {
    name: 'overview-empty',
    path: '/',
    answers: withBalance({ available_usd: 0, balance_usd: 0 }),
    shows: ({ overview }) => about(overview.banners.emptySince),
  },
  {
    name: 'overview-negative',
    path: '/',
    answers: withBalance({ available_usd: -5.25, balance_usd: -5.25 }),
    shows: ({ overview }) => overview.banners.negative,
  },
  {
    name: 'overview-not-billed',
    path: '/',
    answers: withBalance({ billing_enabled: false }),
    shows: ({ overview }) => overview.balance.notBilled,
  },
  {
    name: 'overview-limits-near',
    path: '/',
    answers: withBalance({ today_spent_usd: 8.2, daily_limit_usd: 10 }),
    shows: ({ overview, language }) => overview.limits.left(money(1.8, { language })),
  },
  {
    name: 'overview-limits-reached',
    path: '/',
    answers: withBalance({
      today_spent_usd: 10,
      daily_limit_usd: 10,
      month_spent_usd: 100,
      monthly_limit_usd: 100,
    }),
    shows: ({ overview }) => about(overview.limits.reachedMonth),
  },
  {
    name: 'overview-day',
    path: '/',
    bring: ({ page, texts }) =>
      page.getByRole('slider', { name: texts.overview.spending.chart }).press('ArrowLeft'),
    shows: ({ overview }) => overview.spending.openDay,
  },
  {
    name: 'overview-table',
    path: '/',
    bring: ({ page, texts }) => page.getByRole('button', { name: texts.overview.spending.showTable }).click(),
    shows: ({ overview }) => overview.spending.hideTable,
  },
];
