import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { FakeEventSource } from '~/test/events';
import { charge, historyOf, topUp, usageOf } from '~/test/fixtures';
import { renderApp } from '~/test/render';
import { balance, failure, signedIn, stubServer } from '~/test/server';

function start(changed: Parameters<typeof stubServer>[0] = {}) {
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/usage': usageOf({}),
    'GET /api/billing/history': historyOf(charge('t1', 0.5, 11.4)),
    ...changed,
  });
  const app = renderApp('/', 'en');
  const asked = (path: string) => server.requests.filter((request) => request.url.includes(path)).length;
  return { ...app, asked };
}

const show = (state: DocumentVisibilityState) => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });
};

describe('live updates', () => {
  it('change the balance without a reload, and say by how much', async () => {
    start();
    await screen.findByText('$12.40');
    (await FakeEventSource.current()).accept();
    (await FakeEventSource.current()).tell('balance', { ...balance, available_usd: 22.4, balance_usd: 22.4 });
    expect(await screen.findByText('$22.40')).toBeTruthy();
    expect(screen.getByText('+$10.00')).toBeTruthy();
    expect(screen.getByText('The balance changed by +$10.00. $22.40 available.')).toBeTruthy();
  });

  it('are not overwritten by an answer that was on its way', async () => {
    let respond: (body: Response) => void = () => undefined;
    const late = () => new Promise<Response>((resolve) => (respond = resolve));
    start({ 'GET /api/billing/balance': late });
    await screen.findByRole('table', { name: 'Recent transactions' });
    (await FakeEventSource.current()).tell('balance', { ...balance, available_usd: 22.4, balance_usd: 22.4 });
    await screen.findByText('$22.40');
    await act(async () => respond(Response.json(balance)));
    expect(screen.getByText('$22.40')).toBeTruthy();
    expect(screen.queryByText('$12.40')).toBeNull();
  });

  it('put each posting on top, once', async () => {
    start();
    const table = await screen.findByRole('table', { name: 'Recent transactions' });
    (await FakeEventSource.current()).accept();
    (await FakeEventSource.current()).tell('posting', topUp('t2', 10, 22.4));
    (await FakeEventSource.current()).tell('posting', topUp('t2', 10, 22.4));
    await within(table).findByText('Top-up');
    const names = within(table)
      .getAllByRole('row')
      .map((row) => row.children[1]?.textContent?.replace(/\d.*/, ''));
    expect(names).toEqual(['What', 'Top-up', 'Search cases']);
  });

  it('rest while the page is hidden, and catch up when it is shown', async () => {
    const { asked } = start();
    await screen.findByText('$12.40');
    const first = await FakeEventSource.current();
    first.accept();
    show('hidden');
    expect(first.readyState).toBe(FakeEventSource.CLOSED);
    expect(FakeEventSource.opened).toHaveLength(1);
    show('visible');
    expect(FakeEventSource.opened).toHaveLength(2);
    await waitFor(() => expect(asked('/balance')).toBe(2));
    await waitFor(() => expect(asked('/history')).toBe(2));
  });

  it('ask every 30 seconds while the stream is down, and open it again 5 seconds after it was refused', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { asked } = start();
    await screen.findByText('$12.40');
    (await FakeEventSource.current()).accept();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(asked('/history')).toBe(1);

    (await FakeEventSource.current()).fail();
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    expect(asked('/history')).toBe(2);
    expect(FakeEventSource.opened, 'the browser tries again by itself').toHaveLength(1);

    (await FakeEventSource.current()).fail(true);
    await act(() => vi.advanceTimersByTimeAsync(4_000));
    expect(FakeEventSource.opened).toHaveLength(1);
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(FakeEventSource.opened).toHaveLength(2);
    await act(() => vi.advanceTimersByTimeAsync(24_000));
    expect(asked('/history')).toBe(3);

    (await FakeEventSource.current()).accept();
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(asked('/history'), 'what happened meanwhile').toBe(4);
  });

  it('add up what was spent in the middle of a burst, too', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { asked } = start();
    await screen.findByText('$12.40');
    (await FakeEventSource.current()).accept();
    for (let second = 0; second < 5; second += 1) {
      (await FakeEventSource.current()).tell('posting', charge(`burst${second}`, 0.5, 10));
      await act(() => vi.advanceTimersByTimeAsync(1_000));
    }
    expect(asked('/usage')).toBeGreaterThan(1);
  });

  it('put what is told late in its place', async () => {
    const old = { ...topUp('t0', 10, 11.9), created_at: '2020-01-01T00:00:00Z' };
    start();
    const table = await screen.findByRole('table', { name: 'Recent transactions' });
    (await FakeEventSource.current()).accept();
    (await FakeEventSource.current()).tell('posting', old);
    await within(table).findByText('Top-up');
    expect(within(table).getAllByRole('row').at(-1)?.textContent).toContain('Top-up');
  });

  it('ask for everything when too much was missed to be told', async () => {
    const { asked } = start();
    await screen.findByText('$12.40');
    (await FakeEventSource.current()).accept();
    (await FakeEventSource.current()).tell('reset', {});
    await waitFor(() => expect(asked('/balance')).toBe(2));
    await waitFor(() => expect(asked('/history')).toBe(2));
  });

  it('ask who is signed in when the page is shown again', async () => {
    const { asked } = start();
    await screen.findByText('$12.40');
    show('hidden');
    show('visible');
    await waitFor(() => expect(asked('/auth/session')).toBe(2));
  });

  it('come back with the net at once, and stay as they are where they were not cut', async () => {
    const { asked } = start();
    await screen.findByText('$12.40');
    const first = await FakeEventSource.current();
    first.accept();
    fireEvent(window, new Event('online'));
    expect(FakeEventSource.opened).toHaveLength(1);
    first.fail();
    fireEvent(window, new Event('online'));
    expect(FakeEventSource.opened).toHaveLength(2);
    expect(first.readyState).toBe(FakeEventSource.CLOSED);
    (await FakeEventSource.current()).accept();
    await waitFor(() => expect(asked('/history')).toBe(2));
  });

  it('that are hidden after a refusal stay closed', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    start();
    await screen.findByText('$12.40');
    (await FakeEventSource.current()).fail(true);
    show('hidden');
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(FakeEventSource.opened).toHaveLength(1);
  });

  it('that are away for long are said to be', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let away = false;
    start({ 'GET /api/billing/balance': () => (away ? failure(503, 'DATABASE_UNAVAILABLE') : balance) });
    await screen.findByText('$12.40');
    (await FakeEventSource.current()).accept();
    const banner = () => screen.queryByText(/^The server does not answer/);
    (await FakeEventSource.current()).fail();
    away = true;
    await act(() => vi.advanceTimersByTimeAsync(9_000));
    expect(banner()).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    expect(banner()?.textContent).toContain('As of');
    away = false;
    (await FakeEventSource.current()).accept();
    await waitFor(() => expect(banner()).toBeNull());
  });

  it('end with the page', async () => {
    const { unmount } = start();
    await screen.findByText('$12.40');
    const stream = await FakeEventSource.current();
    unmount();
    expect(stream.readyState).toBe(FakeEventSource.CLOSED);
  });
});
