import type { Schemas } from '~/api/schemas';
import { type Answers, AWAY, NEVER } from '../answers';
import type { State } from './state';

const AT_PROVIDER: Schemas['SignInWay'] = { kind: 'oidc', url: '/auth/login' };
const DEMO: Schemas['SignInWay'] = {
  kind: 'demo',
  url: '/auth/demo',
  users: [{ id: 'olena', name: 'Олена' }],
};

const offering = (...sign_in: Schemas['SignInWay'][]): Answers => ({
  'GET /auth/session': { change: { sign_in } },
});

const FAILURES = ['cancelled', 'refused', 'expired', 'unavailable'] as const;

export const login: readonly State[] = [
  { name: 'login', path: '/login', shows: ({ login }) => login.demo.title },
  {
    name: 'login-loading',
    path: '/login',
    answers: { 'GET /auth/session': NEVER },
    isLoading: true,
    shows: ({ login }) => login.text,
  },
  {
    name: 'login-away',
    path: '/login',
    answers: { 'GET /auth/session': AWAY },
    shows: ({ common }) => common.retry,
  },
  ...FAILURES.map(
    (failure): State => ({
      name: `login-${failure}`,
      path: `/login?error=${failure}`,
      answers: { 'GET /auth/session': { change: { support_email: 'help@example.com' } } },
      shows: ({ login }) => login.failures[failure],
    }),
  ),
  { name: 'login-signed-out', path: '/login?signed_out=1', shows: ({ login }) => login.signedOut },
  {
    name: 'login-both-ways',
    path: '/login',
    answers: offering(AT_PROVIDER, DEMO),
    shows: ({ login }) => login.button,
  },
  {
    name: 'login-leaving',
    path: '/login',
    answers: offering(AT_PROVIDER),
    bring: async ({ page, texts }) => {
      // No content: the browser stays where it is, as it does until the provider's page is there.
      await page.route('**/auth/login?*', (route) => route.fulfill({ status: 204 }));
      await page.getByRole('link', { name: texts.login.button }).click();
    },
    shows: ({ login }) => login.leaving,
  },
  { name: 'login-no-way', path: '/login', answers: offering(), shows: ({ login }) => login.none },
];
