import { AWAY, answer } from '../answers';
import type { Scene, State } from './state';

/** After so long without the server that is said. */
const AWAY_AFTER_MS = 10_000;

const openMenu = ({ page, texts }: Scene) =>
  page.getByRole('button', { name: texts.common.account.menu }).click();

/** What stands around every page, or in its place. */
export const frame: readonly State[] = [
  { name: 'not-found', path: '/nowhere', shows: ({ common }) => common.notFound.text },
  {
    name: 'session-away',
    path: '/',
    answers: { 'GET /auth/session': AWAY },
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },
  {
    name: 'account-menu',
    path: '/settings',
    bring: openMenu,
    shows: ({ common }, page) =>
      page.getByRole('banner').getByRole('button', { name: common.account.signOut }),
  },
  {
    name: 'account-menu-sign-out-failed',
    path: '/settings',
    answers: { 'POST /auth/logout': AWAY },
    bring: async (scene) => {
      await openMenu(scene);
      const { page, texts } = scene;
      await page.getByRole('banner').getByRole('button', { name: texts.common.account.signOut }).click();
    },
    shows: ({ errors }) => errors.codes.DATABASE_UNAVAILABLE,
  },
  {
    name: 'theme-menu',
    path: '/settings',
    size: 'desktop',
    bring: ({ page, texts }) => page.getByRole('button', { name: `${texts.common.theme.label}:` }).click(),
    shows: ({ common }) => common.theme.system,
  },
  {
    name: 'suspended',
    path: '/',
    answers: {
      'GET /api/billing/balance': { change: { suspended: true } },
      'GET /auth/session': { change: { support_email: 'help@example.com' } },
    },
    shows: ({ common }) => common.suspended,
  },
  {
    name: 'offline',
    path: '/',
    bring: ({ page }) => page.context().setOffline(true),
    shows: ({ common }) => common.offline,
  },
  {
    name: 'crashed',
    path: '/settings',
    bring: async ({ page }) => {
      await page.route('**/assets/TransactionsPage-*', (route) => route.abort());
      // It was loaded anew already, which is tried once.
      await page.evaluate(() => sessionStorage.setItem('billing.reloaded-at', `${Date.now()}`));
      await page.getByRole('navigation').getByRole('link').last().click();
    },
    shows: ({ common }) => common.crash.text,
  },
  {
    name: 'server-away',
    path: '/',
    answers: { 'GET /api/billing/events': AWAY },
    bring: ({ page }) => answer(page, { 'GET /api/billing/balance': AWAY }),
    laterMs: AWAY_AFTER_MS,
    shows: ({ common }) => common.away,
  },
];
