import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { keys } from '~/api/keys';
import { historyOf, usageOf } from '~/test/fixtures';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, stubServer } from '~/test/server';

const replies = {
  'GET /auth/session': signedIn,
  'GET /api/billing/balance': balance,
  'GET /api/billing/usage': usageOf({}),
  'GET /api/billing/history': historyOf(),
};

describe('the frame', () => {
  it('stands already while the session is on its way, and asks for nothing of an account', async () => {
    const { requests } = stubServer({ ...replies, 'GET /auth/session': never });
    renderApp('/nowhere', 'en');
    await screen.findByRole('link', { name: 'Skip to content' });
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/auth/session']);
  });

  it('shows the balance on every page but the overview', async () => {
    stubServer(replies);
    const { user } = renderApp('/nowhere', 'en');
    await user.click(await screen.findByRole('link', { name: '$12.40 available' }));
    await screen.findByRole('region', { name: 'Balance' });
    expect(screen.queryByRole('link', { name: '$12.40 available' })).toBeNull();
  });

  it('gives the focus to the title of a page that was navigated to', async () => {
    stubServer(replies);
    const { user } = renderApp('/nowhere', 'en');
    await user.click(await screen.findByRole('link', { name: 'To the overview' }));
    const title = await screen.findByRole('heading', { level: 1, name: 'Overview' });
    await waitFor(() => expect(document.activeElement).toBe(title));
  });

  it('leads around itself by keyboard', async () => {
    stubServer(replies);
    const { user } = renderApp('/nowhere', 'en');
    await screen.findByRole('heading', { level: 1 });
    await user.tab();
    expect(document.activeElement?.textContent).toBe('Skip to content');
    expect(document.getElementById('content')?.tagName).toBe('MAIN');
  });

  it('keeps the chosen theme', async () => {
    stubServer(replies);
    const { user } = renderApp('/nowhere', 'en');
    await user.click(await screen.findByRole('button', { name: 'Theme: Same as system' }));
    await user.click(screen.getAllByRole('radio', { name: 'Dark' })[0] as HTMLElement);
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(localStorage.getItem('billing.theme')).toBe('dark');
    await user.click(screen.getAllByRole('radio', { name: 'Same as system' })[0] as HTMLElement);
    expect(document.documentElement.dataset.theme).toBeUndefined();
    expect(localStorage.getItem('billing.theme')).toBeNull();
  });

  it('closes a menu by Escape and gives the focus back', async () => {
    stubServer(replies);
    const { user } = renderApp('/nowhere', 'en');
    const opener = await screen.findByRole('button', { name: 'Account' });
    await user.click(opener);
    expect(screen.getByText('Олена Коваль')).toBeTruthy();
    expect(opener.getAttribute('aria-expanded')).toBe('true');
    await user.keyboard('{Escape}');
    expect(opener.getAttribute('aria-expanded')).toBe('false');
    expect(document.activeElement).toBe(opener);
  });

  it('signs out with the mark of this page, and says if that fails', async () => {
    const { requests } = stubServer({
      ...replies,
      'POST /auth/logout': failure(503, 'DATABASE_UNAVAILABLE'),
    });
    const { user } = renderApp('/nowhere', 'en');
    await user.click(await screen.findByRole('button', { name: 'Account' }));
    await user.click(screen.getByRole('button', { name: 'Sign out' }));
    expect(await screen.findByText('The server is away for now. Please try again in a minute.')).toBeTruthy();
    const logout = requests.find((request) => request.url.endsWith('/auth/logout'));
    expect(logout?.headers.get('x-requested-with')).toBe('billing-dashboard');
  });

  it('keeps the focus near what was tried again', async () => {
    let away = true;
    stubServer({
      ...replies,
      'GET /api/billing/balance': () => (away ? failure(503, 'DATABASE_UNAVAILABLE') : balance),
    });
    const { user } = renderApp('/', 'en');
    const card = await screen.findByRole('region', { name: 'Balance' });
    const retry = await within(card).findByRole('button', { name: 'Try again' });
    away = false;
    await user.click(retry);
    await within(card).findByText('$12.40');
    expect(document.activeElement).toBe(within(card).getByRole('heading', { name: 'Balance' }));
  });

  it('leaves nothing of an account to the sign-in after it', async () => {
    stubServer(replies);
    const { queryClient } = renderApp('/', 'en');
    await screen.findByText('$12.40');
    act(() => {
      queryClient.setQueryData(keys.session, (session) => session && { ...session, signedIn: false });
    });
    await screen.findByRole('heading', { level: 1, name: 'Sign in' });
    expect(queryClient.getQueryData(keys.balance)).toBeUndefined();
  });

  it('waits for the session before it shows a page, and can be tried again', async () => {
    let away = true;
    stubServer({ ...replies, 'GET /auth/session': () => (away ? failure(503, 'STARTING') : signedIn) });
    const { user } = renderApp('/nowhere', 'en');
    await screen.findByText('The server is starting. Please try again in a minute.');
    expect(screen.queryByRole('heading', { name: 'Page not found' })).toBeNull();
    away = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeTruthy();
  });
});

it('storage that is closed to us breaks nothing', async () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  stubServer(replies);
  const { user } = renderApp('/nowhere', 'uk');
  const [toEnglish] = await screen.findAllByRole('button', { name: 'English' });
  await user.click(toEnglish as HTMLElement);
  expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeTruthy();
});
