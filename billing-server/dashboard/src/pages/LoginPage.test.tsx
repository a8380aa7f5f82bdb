import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { renderApp } from '~/test/render';
import { failure, never, signedIn, signedOut, stubServer } from '~/test/server';

const button = 'Увійти через legal.org.ua';

describe('Login', () => {
  it('leads to the identity provider and back to the page first asked for', async () => {
    stubServer({ 'GET /auth/session': signedOut });
    renderApp('/login?return_to=%2Ftopup%3Famount%3D10');
    const link = await screen.findByRole('link', { name: button });
    expect(link.getAttribute('href')).toBe('/auth/login?return_to=%2Ftopup%3Famount%3D10');
    expect(document.title).toBe('Вхід · Білінг legal.org.ua');
  });

  it('is what a page behind it shows to who is signed out', async () => {
    stubServer({ 'GET /auth/session': signedOut });
    const { address } = renderApp('/nowhere?a=1');
    await screen.findByRole('link', { name: button });
    expect(address()).toBe('/login?return_to=%2Fnowhere%3Fa%3D1');
  });

  it('leads nowhere else than to our own pages', async () => {
    stubServer({ 'GET /auth/session': signedOut });
    renderApp('/login?return_to=https%3A%2F%2Fevil.example');
    const link = await screen.findByRole('link', { name: button });
    expect(link.getAttribute('href')).toBe('/auth/login?return_to=%2F');
  });

  it('goes straight on for who is signed in', async () => {
    stubServer({ 'GET /auth/session': signedIn });
    const { address } = renderApp('/login?return_to=%2Fnowhere');
    await waitFor(() => expect(address()).toBe('/nowhere'));
    expect(screen.queryByRole('link', { name: button })).toBeNull();
  });

  it('goes on by itself once somebody signs in in another tab', async () => {
    let session: object = signedOut;
    const { requests } = stubServer({ 'GET /auth/session': () => session });
    const { address } = renderApp('/login?return_to=%2Fnowhere');
    await screen.findByRole('link', { name: button });
    const otherTab = new BroadcastChannel('billing.account');
    otherTab.postMessage(null);
    session = signedIn;
    otherTab.postMessage('acc-1');
    await waitFor(() => expect(address()).toBe('/nowhere'));
    // A sign-out is no reason to ask.
    expect(requests.filter(({ url }) => url.endsWith('/auth/session'))).toHaveLength(2);
    otherTab.close();
  });

  it('says that it is leaving, and leaves once', async () => {
    stubServer({ 'GET /auth/session': signedOut });
    renderApp('/login');
    const link = await screen.findByRole('link', { name: button });
    // jsdom goes nowhere, which would be an error of its own.
    link.addEventListener('click', (event) => event.preventDefault());
    fireEvent.click(link);
    expect(link.textContent).toBe('Переходимо до входу…');
    expect(link.getAttribute('aria-disabled')).toBe('true');
    fireEvent(window, new Event('pageshow'));
    expect(link.textContent).toBe(button);
  });

  it.each([
    ['error=cancelled', 'Вхід скасовано.'],
    ['error=refused', 'У вході відмовлено.'],
    ['error=expired', 'Час на вхід минув. Почніть ще раз.'],
    ['error=unavailable', 'Служба входу не відповідає. Спробуйте за кілька хвилин.'],
    ['signed_out=1', 'Ви вийшли.'],
  ])('tells what %s means, and offers to sign in', async (query, text) => {
    stubServer({ 'GET /auth/session': signedOut });
    renderApp(`/login?${query}`);
    expect((await screen.findByRole('status')).textContent?.trim()).toBe(text);
    expect(await screen.findByRole('link', { name: button })).toBeTruthy();
  });

  it.each(['error=constructor', 'error='])('says nothing of %s', async (query) => {
    stubServer({ 'GET /auth/session': signedOut });
    renderApp(`/login?${query}`);
    await screen.findByRole('link', { name: button });
    expect(screen.queryByRole('status')).toBeNull();
  });

  it('offers the users of the sandbox by a plain form', async () => {
    const users = [{ id: 'demo-user', name: 'Олена Коваль' }];
    const sandbox = { ...signedOut, sign_in: [{ kind: 'demo', url: '/auth/demo', users }] };
    stubServer({ 'GET /auth/session': sandbox });
    renderApp('/login?return_to=%2Fsettings');
    const submit = await screen.findByRole<HTMLButtonElement>('button', { name: 'Увійти як Олена Коваль' });
    expect(submit.form?.getAttribute('action')).toBe('/auth/demo');
    expect(submit.form?.method).toBe('post');
    const sent = new FormData(submit.form as HTMLFormElement, submit);
    expect(Object.fromEntries(sent)).toEqual({ user: 'demo-user', return_to: '/settings' });
  });

  it('can be tried again while the server is away', async () => {
    let away = true;
    stubServer({
      'GET /auth/session': () => (away ? failure(503, 'DATABASE_UNAVAILABLE', 'req-7') : signedOut),
    });
    const { user } = renderApp('/login');
    await screen.findByText('Сервер тимчасово недоступний. Спробуйте за хвилину.');
    expect(screen.getByText('Код помилки: req-7')).toBeTruthy();
    away = false;
    await user.click(screen.getByRole('button', { name: 'Спробувати ще раз' }));
    expect(await screen.findByRole('link', { name: button })).toBeTruthy();
  });

  it('offers nothing while it does not know what there is', async () => {
    stubServer({ 'GET /auth/session': never });
    renderApp('/login');
    const main = await screen.findByRole('main');
    expect(within(main).getByRole('heading', { name: 'Вхід' })).toBeTruthy();
    expect(within(main).queryByRole('link')).toBeNull();
  });

  it('speaks the other language when asked, and keeps the choice', async () => {
    stubServer({ 'GET /auth/session': signedOut });
    const { user } = renderApp('/login');
    await user.click(await screen.findByRole('button', { name: 'English' }));
    expect(await screen.findByRole('link', { name: 'Sign in with legal.org.ua' })).toBeTruthy();
    expect(document.documentElement.lang).toBe('en');
    expect(localStorage.getItem('billing.language')).toBe('en');
  });

  it('follows the deployment’s language where nobody asks for one', async () => {
    document.documentElement.dataset.language = 'default';
    stubServer({ 'GET /auth/session': { ...signedOut, default_language: 'en' } });
    renderApp('/login');
    expect(await screen.findByRole('link', { name: 'Sign in with legal.org.ua' })).toBeTruthy();
    expect(localStorage.getItem('billing.language')).toBeNull();
    delete document.documentElement.dataset.language;
  });
});
