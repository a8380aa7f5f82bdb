import { type ComponentType, lazy } from 'react';
import { matchPath } from 'react-router';

interface PageRoute {
  path: string;
  load: () => Promise<unknown>;
  page: ComponentType;
}

function route(path: string, load: () => Promise<{ default: ComponentType }>): PageRoute {
  return { path, load, page: lazy(load) };
}

/** Pages for everybody. */
export const OPEN_PAGES: readonly PageRoute[] = [route('/login', () => import('~/pages/LoginPage'))];

/** Pages of the account's owner. */
export const PAGES: readonly PageRoute[] = [
  route('/', () => import('~/pages/DashboardPage')),
  route('/topup', () => import('~/pages/TopUpPage')),
  route('/payment/:provider/return', () => import('~/pages/PaymentReturnPage')),
  route('/transactions', () => import('~/pages/TransactionsPage')),
  route('/settings', () => import('~/pages/SettingsPage')),
  route('*', () => import('~/pages/NotFoundPage')),
];

/** Starts to load the page of an address, while the session is still asked for. */
export function preloadPage(pathname: string) {
  const found = [...OPEN_PAGES, ...PAGES].find(({ path }) => matchPath(path, pathname));
  // A failure shows when the page itself is rendered.
  found?.load().catch(() => undefined);
}
