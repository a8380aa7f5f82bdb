import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keys } from '~/api/keys';
import { leaveFor, reload } from '~/lib/leave';
import { FakeEventSource } from '~/test/events';
import { settings } from '~/test/fixtures';
import { CHECKOUT, fondy, quoteFor } from '~/test/payments';
import { renderApp } from '~/test/render';
import { balance, signedIn, stubServer } from '~/test/server';
import { named } from '~/test/text';

vi.mock('~/lib/leave');

let otherTab: BroadcastChannel;
let told: unknown[];

beforeEach(() => {
  vi.mocked(leaveFor).mockClear();
  vi.mocked(reload).mockClear();
  told = [];
  otherTab = new BroadcastChannel('billing.account');
  otherTab.onmessage = ({ data }) => told.push(data);
});

afterEach(() => otherTab.close());

function show(address: string, replies: Parameters<typeof stubServer>[0] = {}) {
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers: [fondy] },
    'GET /api/billing/payments': { payments: [] },
    'GET /api/billing/settings': settings,
    'POST /api/billing/quote': (request) => quoteFor(request),
    ...replies,
  });
  const created = () => server.requests.filter(({ url }) => url.endsWith('/create'));
  return { ...renderApp(address, 'en'), created };
}

/** What is told next has come to every tab, to this one too. */
function nextTold(): Promise<unknown> {
  const third = new BroadcastChannel('billing.account');
  return new Promise((resolve) => {
    third.onmessage = resolve;
  }).finally(() => third.close());
}

/** Nothing of the page is left, and it is loaded anew. */
async function expectGone() {
  await waitFor(() => expect(reload).toHaveBeenCalledTimes(1));
  expect(screen.queryByRole('main')).toBeNull();
  expect(screen.queryByText(/12\.40/)).toBeNull();
  expect(screen.queryByRole('button')).toBeNull();
  expect((await FakeEventSource.current()).readyState).toBe(FakeEventSource.CLOSED);
}

describe('the tabs of a browser', () => {
  it('tell each other who is signed in, and stay as they are while that is the same', async () => {
    show('/nowhere');
    await screen.findByText('$12.40');
    await waitFor(() => expect(told).toEqual(['olena']));
    const heard = nextTold();
    otherTab.postMessage('olena');
    await act(() => heard);
    expect(screen.getByText('$12.40')).toBeTruthy();
    expect(reload).not.toHaveBeenCalled();
  });

  it('tell that somebody has signed out', async () => {
    const { user } = show('/nowhere', { 'POST /auth/logout': {} });
    await user.click(await screen.findByRole('button', { name: 'Account' }));
    await user.click(screen.getByRole('button', { name: 'Sign out' }));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/login?signed_out=1'));
    await waitFor(() => expect(told).toEqual(['olena', null]));
    expect(reload).not.toHaveBeenCalled();
  });

  it('show nothing of an account that another tab has signed out', async () => {
    show('/nowhere');
    await screen.findByText('$12.40');
    otherTab.postMessage(null);
    await expectGone();
  });

  it('show nothing of an account when another tab has signed in as somebody else', async () => {
    show('/nowhere');
    await screen.findByText('$12.40');
    otherTab.postMessage('petro');
    await expectGone();
  });

  it('find out by themselves where nobody tells them', async () => {
    const { queryClient } = show('/nowhere');
    await screen.findByText('$12.40');
    act(() => {
      queryClient.setQueryData(keys.session, (session) => session && { ...session, account: 'petro' });
    });
    await expectGone();
  });

  it('pay for nobody else: a payment that was begun is not gone on with', async () => {
    let answer: (body: Response) => void = () => undefined;
    const { user, created } = show('/topup?amount=500&currency=UAH', {
      'POST /api/billing/payment/fondy/create': () => new Promise<Response>((resolve) => (answer = resolve)),
    });
    await user.click(await screen.findByRole('button', { name: named('Continue to payment · ₴500.00') }));
    await waitFor(() => expect(created()).toHaveLength(1));
    otherTab.postMessage('petro');
    await expectGone();
    await act(async () => answer(Response.json({ paymentId: 'p-1', paymentUrl: CHECKOUT })));
    expect(leaveFor).not.toHaveBeenCalled();
    expect(sessionStorage.getItem('billing.payment')).toBeNull();
  });

  it('are not kept by changes that were not saved', async () => {
    let isAsked = true;
    vi.mocked(reload).mockImplementation(() => {
      isAsked = !fireEvent(window, new Event('beforeunload', { cancelable: true }));
    });
    const { user } = show('/settings');
    await user.type(await screen.findByLabelText('Per day'), '5');
    expect(fireEvent(window, new Event('beforeunload', { cancelable: true }))).toBe(false);
    otherTab.postMessage('petro');
    await expectGone();
    expect(isAsked).toBe(false);
  });
});
