import { payment } from '../../../src/test/history';
import { type Answers, AWAY, answer, NEVER } from '../answers';
import type { Scene, State } from './state';

const ALL = '/transactions';
const HISTORY = 'GET /api/billing/history';
const FILE = 'HEAD /api/billing/history.csv';

/** A list that goes on, and what is answered to who asks for more of it. */
const withMore: Answers = {
  [HISTORY]: { change: { pagination: { limit: 25, offset: 0, count: 25, next_cursor: 'further' } } },
};
const askForMore = async ({ page, texts }: Scene, answers: Answers) => {
  await page.getByRole('button', { name: texts.transactions.more }).waitFor();
  await answer(page, answers);
  await page.getByRole('button', { name: texts.transactions.more }).click();
};

const download = ({ page, texts }: Scene) =>
  page.getByRole('link', { name: texts.transactions.export.link }).click();

const open = ({ page }: Scene, name: string) =>
  page.getByRole('main').getByRole('button', { name }).first().click();

export const transactions: readonly State[] = [
  { name: 'transactions', path: ALL, shows: (_, page) => page.getByRole('button', { name: 'Ask lawyer' }) },
  {
    name: 'transactions-loading',
    path: ALL,
    answers: { [HISTORY]: NEVER },
    isLoading: true,
    shows: ({ common }) => common.loading,
  },
  {
    name: 'transactions-away',
    path: ALL,
    answers: { [HISTORY]: AWAY },
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },
  {
    name: 'transactions-none',
    path: ALL,
    answers: { [HISTORY]: { change: { transactions: [] } } },
    shows: ({ transactions }) => transactions.none,
  },

  {
    name: 'transactions-nothing-found',
    path: '/transactions?type=refund&period=month',
    shows: ({ transactions }) => transactions.nothingFound,
  },
  {
    name: 'transactions-filter-ignored',
    path: '/transactions?type=gift&from=2026-01-02&to=2026-01-01',
    shows: ({ transactions }) =>
      transactions.filters.ignored(
        [transactions.filters.period, transactions.filters.types].join(', ').toLowerCase(),
      ),
  },
  {
    name: 'transactions-filter-refused',
    path: '/transactions?provider=nobody',
    shows: ({ errors }) => errors.codes.INVALID_QUERY,
  },
  {
    name: 'transactions-filters-on-a-phone',
    path: '/transactions?from=2026-01-01&to=2026-01-31',
    size: 'phone',
    bring: ({ page, texts }) => page.getByRole('button', { name: texts.transactions.filters.title }).click(),
    shows: ({ transactions }, page) => page.getByLabel(transactions.filters.to, { exact: true }),
  },

  {
    name: 'transactions-opened',
    path: ALL,
    bring: async (scene) => {
      const { page, texts } = scene;
      await open(scene, texts.kinds.top_up);
      await page.getByText(texts.transactions.payments.status.succeeded, { exact: true }).waitFor();
      await open(scene, 'Ask lawyer');
    },
    shows: ({ transactions }) => transactions.breakdown.title,
  },
  {
    name: 'transactions-new-rows',
    path: ALL,
    bring: async ({ page, account }) => {
      await page.getByRole('button', { name: 'Ask lawyer' }).waitFor();
      await account.calls(1, 'search_cases');
    },
    shows: ({ transactions }) => transactions.newRows(1),
  },
  {
    name: 'transactions-loading-more',
    path: ALL,
    answers: withMore,
    bring: (scene) => askForMore(scene, { [HISTORY]: NEVER }),
    shows: ({ transactions }, page) =>
      page.getByRole('button', { name: transactions.more }).and(page.locator('[aria-disabled=true]')),
  },
  {
    name: 'transactions-no-more',
    path: ALL,
    answers: withMore,
    bring: (scene) => askForMore(scene, { [HISTORY]: AWAY }),
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },

  {
    name: 'transactions-payment-open',
    path: ALL,
    answers: { 'GET /api/billing/payments': { instead: { payments: [payment({ status: 'pending' })] } } },
    shows: ({ transactions }) => transactions.payments.status.pending,
  },
  {
    name: 'transactions-payments-unsuccessful',
    path: '/transactions?status=unsuccessful',
    answers: { 'GET /api/billing/payments': { instead: { payments: [payment({ status: 'expired' })] } } },
    shows: ({ transactions }) => transactions.payments.newest(1),
  },

  {
    name: 'transactions-file-tried',
    path: ALL,
    answers: { [FILE]: NEVER },
    bring: download,
    shows: ({ transactions }) => transactions.export.checking,
  },
  {
    name: 'transactions-no-file',
    path: ALL,
    answers: { [FILE]: AWAY },
    bring: download,
    shows: ({ transactions }) => transactions.export.failed,
  },
];
