import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { historyOf, usageOf } from '~/test/fixtures';
import { renderApp } from '~/test/render';
import { balance, signedIn, stubServer } from '~/test/server';

vi.mock('~/ui/SpendingChart', () => {
  throw new TypeError('Importing a module script failed.');
});

it('a chart that can’t be loaded leaves the figures and the other cards standing', async () => {
  // React tells of every error it catches.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/usage': usageOf({ '2026-11-27': { deep_research: 1 } }),
    'GET /api/billing/history': historyOf(),
  });
  const { user } = renderApp('/', 'en');
  expect(await screen.findByText('The chart could not be shown.')).toBeTruthy();
  expect(await screen.findByText('$12.40')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Show as a table' }));
  expect(screen.getByRole('table', { name: 'Spending by day' })).toBeTruthy();
});
