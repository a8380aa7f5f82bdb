import { expect, type Page } from '@playwright/test';
import { section } from './pages';
import type { Words } from './words';

interface Answer {
  status: number;
  body: object;
}

export interface State {
  name: string;
  path: string;
  /** Brings the page into the state, after it has been opened. */
  bring?: (page: Page, words: Words) => Promise<void>;
  /** What the API answers instead of the truth; null never answers. */
  answers?: Record<string, Answer | null>;
}

export const AWAY: Answer = {
  status: 503,
  body: { error: 'Service Unavailable', message: 'away', code: 'DATABASE_UNAVAILABLE' },
};
const NO_LINES = { transactions: [], pagination: { limit: 25, offset: 0, count: 0, next_cursor: null } };

/** Every page of the account’s owner, in its main states. */
export const STATES: State[] = [
  { name: 'overview', path: '/' },
  { name: 'overview-loading', path: '/', answers: { balance: null, usage: null, history: null } },
  { name: 'overview-away', path: '/', answers: { balance: AWAY, usage: AWAY, history: AWAY } },
  {
    name: 'overview-table',
    path: '/',
    bring: (page, words) => page.getByRole('button', { name: words.overview.showTable }).click(),
  },
  { name: 'topup', path: '/topup' },
  { name: 'topup-loading', path: '/topup', answers: { 'payment/providers': null } },
  { name: 'topup-away', path: '/topup', answers: { 'payment/providers': AWAY } },
  { name: 'transactions', path: '/transactions' },
  { name: 'transactions-loading', path: '/transactions', answers: { history: null } },
  { name: 'transactions-away', path: '/transactions', answers: { history: AWAY } },
  { name: 'transactions-none', path: '/transactions', answers: { history: { status: 200, body: NO_LINES } } },
  { name: 'transactions-nothing', path: '/transactions?type=refund&period=month' },
  { name: 'transactions-ignored', path: '/transactions?type=gift&from=2026-01-02&to=2026-01-01' },
  { name: 'transactions-payments', path: '/transactions?status=unsuccessful' },
  {
    name: 'transactions-open',
    path: '/transactions',
    bring: async (page, words) => {
      await page.getByRole('button', { name: 'Ask lawyer' }).first().click();
      await expect(page.getByText(words.transactions.breakdown)).toBeVisible();
      await page.getByRole('main').getByRole('button', { name: words.transactions.topUp }).first().click();
      await expect(page.getByText(words.transactions.credited, { exact: true })).toBeVisible();
    },
  },
  { name: 'settings', path: '/settings' },
  { name: 'settings-loading', path: '/settings', answers: { settings: null } },
  { name: 'settings-away', path: '/settings', answers: { settings: AWAY } },
  {
    name: 'settings-refused',
    path: '/settings',
    bring: async (page, words) => {
      await page.getByLabel(words.settings.day, { exact: true }).fill('-');
      await section(page, words.settings.limits).getByRole('button', { name: words.settings.save }).click();
    },
  },
  {
    name: 'settings-leaving',
    path: '/settings',
    bring: async (page, words) => {
      await page.getByLabel(words.settings.day, { exact: true }).fill('7');
      await page.getByRole('navigation').getByRole('link').first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  { name: 'not-found', path: '/nowhere' },
];
