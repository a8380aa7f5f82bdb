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

const loadLayout = () => import('./Layout');

/** The frame of the owner's pages: the sign-in needs none of it. */
export const Layout = lazy(loadLayout);

/** Starts to load the page of an address, while the session is still asked for. */
export function preloadPage(pathname: string) {
  const isAt = ({ path }: PageRoute) => matchPath(path, pathname) !== null;
  const open = OPEN_PAGES.find(isAt);
  const loads = open ? [open.load] : [loadLayout, PAGES.find(isAt)?.load];
  // A failure shows when the page itself is rendered.
  for (const load of loads) load?.().catch(() => undefined);
}
