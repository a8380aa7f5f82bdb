import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEventSource } from '~/test/events';
import { line, lines, pages, payment, topUpLine } from '~/test/history';
import { stubScreen } from '~/test/media';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, stubServer } from '~/test/server';
// Pages are loaded when they are shown; here before, for a busy machine takes long.
import './TransactionsPage';

const common = {
  'GET /auth/session': signedIn,
  'GET /api/billing/balance': balance,
  'GET /api/billing/payment/providers': { providers: [] },
  'GET /api/billing/usage': { from: '', to: '', time_zone: '', buckets: [] },
  'GET /api/billing/payments': { payments: [] },
};

const HISTORY = 'GET /api/billing/history';

/** What was asked of the history, in order. */
function asked({ requests }: ReturnType<typeof stubServer>): string[] {
  return requests
    .map(({ url }) => new URL(url))
    .filter(({ pathname }) => pathname === '/api/billing/history')
    .map(({ searchParams }) => searchParams.toString());
}

const table = () => within(screen.getByRole('table'));
const rowNames = () =>
  table()
    .getAllByRole('button', { expanded: false })
    .map((row) => row.textContent);

beforeEach(() => stubScreen());

describe('Transactions', () => {
  it('stand in a table with real headers', async () => {
    stubServer({ ...common, [HISTORY]: pages([line(1), topUpLine(2)]) });
    renderApp('/transactions');
    const table = await screen.findByRole('table', { name: 'Операції' });
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map(({ textContent }) => textContent),
    ).toEqual(['Час', 'Операція', 'Подробиці', 'Сума', 'Залишок']);
    const [, call, topUp] = within(table).getAllByRole('row');
    expect(call?.textContent).toBe('28 лист., 10:59Search casesфіксована ціна−0,25\u00a0$12,40\u00a0$');
    expect(topUp?.textContent).toContain('ПоповненняFondy+10,00\u00a0$');
    expect(document.title).toBe('Операції · Білінг legal.org.ua');
  });

  it('are cards on phones, with the same in them', async () => {
    stubScreen(false);
    stubServer({ ...common, [HISTORY]: pages([line(1)]) });
    renderApp('/transactions', 'en');
    const list = await screen.findByRole('list', { name: 'Transactions' });
    expect(screen.queryByRole('table')).toBeNull();
    expect(list.textContent).toBe('28 Nov, 10:59Search cases−$0.25fixed priceBalance after: $12.40');
  });

  it('show skeletons while they load, with filters to use', async () => {
    stubServer({ ...common, [HISTORY]: never });
    renderApp('/transactions');
    expect(await screen.findByText('Завантажуємо…')).toBeTruthy();
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Період' }).disabled).toBe(false);
  });

  it('say what will appear where there are none', async () => {
    stubServer({ ...common, [HISTORY]: pages([]) });
    renderApp('/transactions');
    await screen.findByText(/Тут з’являться ваші виклики та поповнення/);
    const main = within(screen.getByRole('main'));
    expect(main.getByRole('link', { name: 'Поповнити' }).getAttribute('href')).toBe('/topup');
  });

  it('can be asked for again after an error, with its id', async () => {
    let isAway = true;
    const answer = pages([line(1)]);
    stubServer({
      ...common,
      [HISTORY]: (request) => (isAway ? failure(503, 'DATABASE_UNAVAILABLE', 'req-9') : answer(request)),
    });
    const { user } = renderApp('/transactions');
    await screen.findByText('Сервер тимчасово недоступний. Спробуйте за хвилину.');
    expect(screen.getByText('Код помилки: req-9')).toBeTruthy();
    isAway = false;
    await user.click(screen.getByRole('button', { name: 'Спробувати ще раз' }));
    expect(await screen.findByRole('table', { name: 'Операції' })).toBeTruthy();
  });

  it('come 25 at a time, and what is there stays when more can’t be had', async () => {
    const answer = pages(lines(60));
    let isAway = true;
    const server = stubServer({
      ...common,
      [HISTORY]: (request) =>
        isAway && request.url.includes('cursor') ? failure(503, 'STARTING') : answer(request),
    });
    const { user } = renderApp('/transactions');
    const more = await screen.findByText('Показати ще');
    expect(rowNames()).toHaveLength(25);
    await user.click(more);
    await screen.findByText('Сервер запускається. Спробуйте за хвилину.');
    expect(rowNames()).toHaveLength(25);
    isAway = false;
    await user.click(screen.getByText('Спробувати ще раз'));
    await waitFor(() => expect(rowNames()).toHaveLength(50));
    expect(screen.getByText('Показано 50 операцій.')).toBeTruthy();
    const last = screen.getByText('Показати ще');
    const place = last.parentElement?.parentElement;
    await user.click(last);
    await waitFor(() => expect(rowNames()).toHaveLength(60));
    expect(screen.queryByText('Показати ще')).toBeNull();
    expect(document.activeElement).toBe(place);
    expect(asked(server)).toEqual([
      'limit=25',
      'limit=25&cursor=25',
      'limit=25&cursor=25',
      'limit=25&cursor=50',
    ]);
  });
});

describe('New transactions', () => {
  it('wait behind a button: nothing jumps', async () => {
    const all = lines(3);
    stubServer({ ...common, [HISTORY]: (request) => pages(all)(request) });
    const { user } = renderApp('/transactions');
    await screen.findByRole('table', { name: 'Операції' });
    all.unshift(line(-1, { operation: 'ask_lawyer' }));
    (await FakeEventSource.current()).tell('posting', all[0] ?? {});
    await screen.findByRole('button', { name: '1\u00a0нова' });
    all.unshift(line(-2, { operation: 'deep_research' }));
    (await FakeEventSource.current()).tell('posting', all[0] ?? {});
    const button = await screen.findByRole('button', { name: '2\u00a0нові' });
    expect(rowNames()).toEqual(['Search cases', 'Search cases', 'Search cases']);
    await user.click(button);
    expect(rowNames()).toEqual([
      'Deep research',
      'Ask lawyer',
      'Search cases',
      'Search cases',
      'Search cases',
    ]);
    expect(screen.queryByRole('button', { name: /нов/ })).toBeNull();
  });

  it('are only those that the filters let through, as the server says', async () => {
    const server = stubServer({ ...common, [HISTORY]: pages([topUpLine(1)]) });
    renderApp('/transactions?type=topup');
    await screen.findByRole('table', { name: 'Операції' });
    (await FakeEventSource.current()).tell('posting', line(-1));
    await waitFor(() => expect(asked(server)).toEqual(['type=topup&limit=25', 'type=topup&limit=25']));
    expect(screen.queryByRole('button', { name: /нов/ })).toBeNull();
  });

  it('are asked for when updates come back: those in between were told to nobody', async () => {
    const all = lines(3);
    stubServer({ ...common, [HISTORY]: (request) => pages(all)(request) });
    renderApp('/transactions', 'en');
    await screen.findByRole('table', { name: 'Transactions' });
    (await FakeEventSource.current()).accept();
    (await FakeEventSource.current()).fail();
    all.unshift(line(-1));
    (await FakeEventSource.current()).accept();
    expect(await screen.findByText('1 new')).toBeTruthy();
  });

  it('begin the list anew where they are more than a page', async () => {
    let all = lines(3);
    stubServer({ ...common, [HISTORY]: (request) => pages(all)(request) });
    const { user } = renderApp('/transactions', 'en');
    await screen.findByRole('table', { name: 'Transactions' });
    all = [...Array.from({ length: 40 }, (_, n) => line(-40 + n)), ...all];
    (await FakeEventSource.current()).tell('posting', all[0] ?? {});
    await user.click(await screen.findByText('25+ new'));
    expect(rowNames()).toHaveLength(25);
    await user.click(screen.getByText('Show more'));
    await waitFor(() => expect(rowNames()).toHaveLength(43));
  });
});

describe('Payments that are no transactions', () => {
  const open = payment({ status: 'pending', checkout_url: 'https://pay.example/1' });

  it('stand on top while they are open, and lead to their page', async () => {
    stubServer({
      ...common,
      [HISTORY]: pages([line(1)]),
      'GET /api/billing/payments': { payments: [open] },
    });
    renderApp('/transactions');
    await screen.findByText('Fondy · очікує оплати');
    const link = table().getByRole('link', { name: 'Поповнення' });
    expect(link.getAttribute('href')).toBe(`/payment/fondy/return?payment=${open.paymentId}`);
    const [, first] = table().getAllByRole('row');
    expect(first?.contains(link)).toBe(true);
    expect(first?.textContent).toContain('10,00\u00a0$—');
  });

  it('give way to filters that they don’t fit', async () => {
    stubServer({
      ...common,
      [HISTORY]: pages([line(1)]),
      'GET /api/billing/payments': { payments: [open] },
    });
    renderApp('/transactions?type=charge');
    await screen.findByRole('table', { name: 'Операції' });
    expect(screen.queryByText('Fondy · очікує оплати')).toBeNull();
  });

  it('are all that is shown when their status is asked for', async () => {
    const server = stubServer({
      ...common,
      'GET /api/billing/payments': { payments: [payment({ status: 'failed' })] },
    });
    renderApp('/transactions?status=unsuccessful');
    await screen.findByText('Fondy · не вдалося');
    expect(screen.getByText('Показано останні платежі: 1.')).toBeTruthy();
    expect(asked(server)).toEqual([]);
    expect(screen.queryByRole('link', { name: 'Завантажити CSV' })).toBeNull();
    const search = server.requests
      .map(({ url }) => new URL(url))
      .find((url) => url.pathname.endsWith('payments'));
    expect(search?.searchParams.get('status')).toBe('failed,canceled,expired');
  });

  it('can be asked for again after an error', async () => {
    stubServer({ ...common, 'GET /api/billing/payments': failure(503, 'STARTING') });
    renderApp('/transactions?status=open');
    await screen.findByText('Сервер запускається. Спробуйте за хвилину.');
    expect(screen.getByRole('button', { name: 'Спробувати ще раз' })).toBeTruthy();
  });
});
