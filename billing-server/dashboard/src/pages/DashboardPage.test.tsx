import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { FakeEventSource } from '~/test/events';
import { charge, historyOf, topUp, usageOf } from '~/test/fixtures';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, stubServer } from '~/test/server';

const replies = {
  'GET /auth/session': signedIn,
  'GET /api/billing/balance': balance,
  'GET /api/billing/usage': usageOf({
    '2026-11-19': { search_cases: 0.5, deep_research: 2 },
    '2026-11-20': { search_cases: 0.25 },
    '2026-11-27': { deep_research: 1 },
  }),
  'GET /api/billing/history': historyOf(charge('t2', 0.0235, 11.4, 'ask_lawyer'), topUp('t1', 10, 11.4235)),
};

type Replies = Parameters<typeof stubServer>[0];

/** The overview with some answers changed, once its card of a name is there. */
async function overview(changed: Replies = {}, language: 'uk' | 'en' = 'en') {
  const server = stubServer({ ...replies, ...changed });
  const app = renderApp('/', language);
  await screen.findByRole('region', { name: language === 'en' ? 'Balance' : 'Баланс' });
  return { ...app, server };
}

const card = (name: string) => within(screen.getByRole('region', { name }));
/** What a person reads, with plain blanks. */
const text = (element: HTMLElement) => element.textContent?.replace(/[\u00a0\u202f\u2007]/g, ' ') ?? '';

describe('the balance', () => {
  it('is the first and largest thing, in dollars and hryvnias', async () => {
    await overview({}, 'uk');
    const region = await screen.findByRole('region', { name: 'Баланс' });
    await within(region).findByText(/12,40/);
    expect(text(region)).toContain('12,40 $');
    expect(text(region)).toContain('≈ 512,24 ₴ за курсом 41,31 (НБУ, 27 лист.)');
    expect(document.title).toBe('Огляд · Білінг legal.org.ua');
  });

  it('opens the top-up page with an amount filled in', async () => {
    await overview();
    const link = await screen.findByRole('link', { name: 'Top up by $25' });
    expect(link.getAttribute('href')).toBe('/topup?amount=25');
  });

  it('says what calls have set aside', async () => {
    await overview({ 'GET /api/billing/balance': { ...balance, held_usd: 0.4, available_usd: 12 } });
    expect(await screen.findByText('$12.00')).toBeTruthy();
    expect(screen.getByText('$0.40 held for calls that run')).toBeTruthy();
  });

  it('has no hryvnias where there is no rate', async () => {
    await overview({ 'GET /api/billing/balance': { ...balance, exchange_rate: null, balance_uah: null } });
    await screen.findByText('$12.40');
    expect(screen.queryByText(/≈/)).toBeNull();
  });

  it('says how long it lasts', async () => {
    await overview();
    expect(await screen.findByText(/^About 29\sdays at your usual pace$/)).toBeTruthy();
  });

  it('invites a new account to start, without an alarm', async () => {
    const zero = { balance_usd: 0, available_usd: 0, total_requests: 0, last_request_at: null };
    await overview({
      'GET /api/billing/balance': { ...balance, ...zero },
      'GET /api/billing/usage': usageOf({}),
      'GET /api/billing/history': historyOf(),
    });
    expect(await screen.findByText(/Top up to start/)).toBeTruthy();
    expect(await screen.findByText('Nothing was spent in this period.')).toBeTruthy();
    expect(await screen.findByText('Your calls and top-ups will appear here.')).toBeTruthy();
    expect(screen.queryByText(/Calls have stopped/)).toBeNull();
  });

  it('offers no top-up to who is not charged', async () => {
    await overview({ 'GET /api/billing/balance': { ...balance, billing_enabled: false } });
    expect(await screen.findByText('Calls of this account are not charged.')).toBeTruthy();
    expect(card('Balance').queryByRole('link')).toBeNull();
  });
});

describe('the banner', () => {
  it('warns of a low balance until it is closed, and again when the balance changes', async () => {
    const { user } = await overview({
      'GET /api/billing/balance': { ...balance, available_usd: 5, balance_usd: 5 },
    });
    expect(await screen.findByText('$5.00 left on the balance.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByText('$5.00 left on the balance.')).toBeNull();
    (await FakeEventSource.current()).tell('balance', { ...balance, available_usd: 4.5, balance_usd: 4.5 });
    expect(await screen.findByText('$4.50 left on the balance.')).toBeTruthy();
  });

  it('says since when calls have stopped', async () => {
    await overview({ 'GET /api/billing/balance': { ...balance, available_usd: 0, balance_usd: 0 } });
    expect(
      await screen.findByText('Calls have stopped: not enough money. Last call: 28 Nov, 11:00.'),
    ).toBeTruthy();
  });

  it('tells a debt from an empty balance', async () => {
    await overview({ 'GET /api/billing/balance': { ...balance, available_usd: -4.35, balance_usd: -4.35 } });
    expect(await screen.findByText(/the balance is below zero/)).toBeTruthy();
    expect(screen.getByText('\u2212$4.35')).toBeTruthy();
  });

  it('tells of a suspended account before all else', async () => {
    await overview({
      'GET /auth/session': { ...signedIn, support_email: 'help@example.com' },
      'GET /api/billing/balance': { ...balance, suspended: true, available_usd: 0, balance_usd: 0 },
    });
    expect(await screen.findByText('This account is suspended: paid calls do not run.')).toBeTruthy();
    expect(screen.getByRole('link', { name: /help@example.com/ })).toBeTruthy();
    expect(screen.queryByText(/Calls have stopped/)).toBeNull();
  });

  it('says that a sandbox is one', async () => {
    await overview({ 'GET /auth/session': { ...signedIn, mode: 'sandbox', mailbox_url: '/mailbox' } });
    expect(screen.getByText(/money and payments are not real/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Sent mail' }).getAttribute('href')).toBe('/mailbox');
  });
});

describe('limits', () => {
  const limits = async (today: number) => {
    await overview({ 'GET /api/billing/balance': { ...balance, today_spent_usd: today } });
    return screen.findByRole('progressbar', { name: 'Day' });
  };

  it('show their use in words and when they reset, in the account’s zone', async () => {
    const meter = await limits(1.2);
    expect(meter.getAttribute('aria-valuetext')).toBe('$1.20 of $10.00');
    expect(meter.getAttribute('aria-valuenow')).toBe('12');
    expect(screen.getByText('Resets at 00:00 Kyiv time')).toBeTruthy();
    expect(screen.getByText('Resets on 1 December at 00:00 Kyiv time')).toBeTruthy();
  });

  it.each([
    [7.999999, false],
    [8, true],
  ])('with %d of 10 spent say that they are near: %s', async (today, near) => {
    await limits(today);
    expect(screen.queryByText(/left\./) !== null).toBe(near);
  });

  it('say that calls have stopped when they are reached', async () => {
    await limits(10);
    expect(screen.getByText('Limit reached, calls have stopped until 00:00 Kyiv time')).toBeTruthy();
  });
});

describe('spending', () => {
  it('is told in words, as bars and as a table', async () => {
    const { user } = await overview();
    expect(await screen.findByText('$3.75 in all, $0.38 a day on average')).toBeTruthy();
    const slider = await screen.findByRole('slider', { name: 'Spending by day' });
    expect(slider.getAttribute('aria-valuetext')).toContain('28 November: $0.00, not over yet');
    await user.click(screen.getByRole('button', { name: 'Show as a table' }));
    const table = screen.getByRole('table', { name: 'Spending by day' });
    const names = within(table)
      .getAllByRole('columnheader')
      .map((header) => header.textContent);
    expect(names).toEqual(['Day', 'Deep research', 'Search cases', 'Total']);
    expect(within(table).getAllByRole('row')).toHaveLength(31);
  });

  it('leads from a day to its transactions', async () => {
    const { user, address } = await overview();
    (await screen.findByRole('slider')).focus();
    await user.keyboard('{ArrowLeft}{Enter}');
    expect(address()).toBe('/transactions?from=2026-11-27&to=2026-11-27');
  });

  it('is asked for another period by days of the account’s zone', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-28T22:30:00Z'), toFake: ['Date'] });
    const { user, server } = await overview();
    await screen.findByText(/in all/);
    await user.click(screen.getByRole('radio', { name: /^7\sdays$/ }));
    await waitFor(() => {
      const asked = server.requests.filter((request) => request.url.includes('/usage')).at(-1);
      expect(asked?.url).toContain('from=2026-11-23&to=2026-11-29&group=day');
    });
  });
});

describe('recent transactions', () => {
  it('name money in and money out, their decimals in a column', async () => {
    await overview();
    const table = await screen.findByRole('table', { name: 'Recent transactions' });
    const rows = within(table).getAllByRole('row').slice(1);
    expect(rows.map(text)).toEqual([
      '28 Nov, 11:00Ask lawyer28 Nov, 11:00\u2212$0.0235$11.40  ',
      '28 Nov, 11:00Top-up28 Nov, 11:00+$10.00  $11.4235',
    ]);
  });
});

describe('a card that could not be loaded', () => {
  it('says why and tries again in its place, while the others live on', async () => {
    let away = true;
    const { user } = await overview({
      'GET /api/billing/usage': () =>
        away ? failure(503, 'DATABASE_UNAVAILABLE', 'req-42') : replies['GET /api/billing/usage'],
    });
    await screen.findByText('Error id: req-42');
    expect(await screen.findByText('$12.40')).toBeTruthy();
    away = false;
    await user.click(card('Spending').getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/\$3.75 in all/)).toBeTruthy();
    expect(screen.queryByText('Error id: req-42')).toBeNull();
  });

  it('keeps its place while it is on its way', async () => {
    await overview({
      'GET /api/billing/balance': never,
      'GET /api/billing/usage': never,
      'GET /api/billing/history': never,
    });
    for (const name of ['Balance', 'Spending limits', 'Spending', 'Recent transactions']) {
      expect(card(name).queryByText(/\$/)).toBeNull();
      expect(card(name).queryByRole('button', { name: 'Try again' })).toBeNull();
    }
  });
});

describe('a session that has ended', () => {
  it('leads to the sign-in, wherever it is noticed', async () => {
    const { address } = await overview({ 'GET /api/billing/history': failure(401, 'UNAUTHENTICATED') });
    await waitFor(() => expect(address()).toBe('/login'));
  });
});

describe('without a network', () => {
  it('one banner says so, and of when the data are', async () => {
    await overview();
    await screen.findByText('$12.40');
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    act(() => {
      window.dispatchEvent(new Event('offline'));
    });
    expect((await screen.findByText(/No network/)).textContent).toMatch(/As of \d\d:\d\d\./);
  });
});
