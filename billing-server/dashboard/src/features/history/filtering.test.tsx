import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { line, lines, pages } from '~/test/history';
import { stubScreen } from '~/test/media';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, stubServer } from '~/test/server';
// Pages are loaded when they are shown; here before, for a busy machine takes long.
import '~/pages/TransactionsPage';

const stripe = {
  id: 'stripe',
  kind: 'hosted',
  label: 'Картка',
  currency: 'USD',
  min: 5,
  max: 9,
  presets: [],
};
const HISTORY = 'GET /api/billing/history';
const CSV = 'HEAD /api/billing/history.csv';
const common = {
  'GET /auth/session': signedIn,
  'GET /api/billing/balance': balance,
  'GET /api/billing/payment/providers': { providers: [stripe] },
  'GET /api/billing/usage': {
    from: '2025-11-28',
    to: '2026-11-28',
    time_zone: 'Europe/Kyiv',
    buckets: ['search_cases', 'ask_lawyer'].map((operation) => ({
      day: null,
      operation,
      calls: 1,
      amount_usd: 1,
    })),
  },
  'GET /api/billing/payments': { payments: [] },
  [HISTORY]: pages(lines(2)),
};

const choice = (name: string) => screen.findByRole<HTMLSelectElement>('combobox', { name });
const titles = (select: HTMLSelectElement) => [...select.options].map(({ textContent }) => textContent);

function lastAsked({ requests }: ReturnType<typeof stubServer>): string {
  const urls = requests.map(({ url }) => new URL(url));
  return urls.findLast(({ pathname }) => pathname === '/api/billing/history')?.searchParams.toString() ?? '';
}

beforeEach(() => {
  stubScreen();
  vi.useFakeTimers({ now: new Date('2026-11-28T10:00:00Z'), toFake: ['Date'] });
});

describe('Filters', () => {
  it('go into the address, are counted, and cleared together', async () => {
    const server = stubServer(common);
    const { user, address } = renderApp('/transactions');
    await user.selectOptions(await choice('Вид операції'), 'Виклики');
    expect(address()).toBe('/transactions?type=charge');
    await user.selectOptions(await choice('Період'), 'Цей місяць');
    expect(address()).toBe('/transactions?period=month&type=charge');
    await screen.findByText('Застосовано: 2');
    await waitFor(() =>
      expect(lastAsked(server)).toBe('from=2026-10-31T22%3A00%3A00.000Z&type=charge&limit=25'),
    );
    await user.click(screen.getByRole('button', { name: 'Скинути всі' }));
    expect(address()).toBe('/transactions');
    expect(screen.queryByText(/Увімкнено/)).toBeNull();
    // What was pressed is gone; the focus is with the results.
    expect(document.activeElement?.contains(await screen.findByRole('table'))).toBe(true);
  });

  it('come from the address', async () => {
    const server = stubServer(common);
    renderApp('/transactions?period=last-month&type=topup&operation=rare_tool&provider=stripe&q=abc');
    expect((await choice('Період')).value).toBe('last-month');
    expect((await choice('Вид операції')).value).toBe('topup');
    expect((await choice('Інструмент')).selectedOptions[0]?.textContent).toBe('Rare tool');
    expect((await choice('Платіжна система')).value).toBe('stripe');
    expect(screen.getByRole<HTMLInputElement>('searchbox').value).toBe('abc');
    await waitFor(() =>
      expect(lastAsked(server)).toBe(
        'from=2026-09-30T21%3A00%3A00.000Z&to=2026-10-31T22%3A00%3A00.000Z' +
          '&type=topup&operation=rare_tool&provider=stripe&q=abc&limit=25',
      ),
    );
  });

  it('offer the tools that were used, and the providers by their names', async () => {
    stubServer(common);
    renderApp('/transactions');
    const tools = await choice('Інструмент');
    await waitFor(() => expect(titles(tools)).toEqual(['Усі інструменти', 'Ask lawyer', 'Search cases']));
    expect(titles(await choice('Платіжна система'))).toEqual(['Усі', 'Картка']);
  });

  it('keep several values of an address until another is chosen', async () => {
    stubServer(common);
    const { user, address } = renderApp('/transactions?type=charge,topup,refund');
    const types = await choice('Вид операції');
    expect(types.selectedOptions[0]?.textContent).toBe('Виклики та ще 2');
    await user.selectOptions(types, 'Коригування');
    expect(address()).toBe('/transactions?type=adjustment');
  });

  it('search once typing pauses', async () => {
    const server = stubServer(common);
    const { user, address } = renderApp('/transactions');
    await user.type(await screen.findByRole('searchbox', { name: 'Пошук' }), 'law ');
    await waitFor(() => expect(address()).toBe('/transactions?q=law'));
    await waitFor(() => expect(lastAsked(server)).toBe('q=law&limit=25'));
    const searches = server.requests.filter(({ url }) => url.includes('q='));
    expect(searches).toHaveLength(1);
  });

  it('take a range of days once it is one', async () => {
    stubServer(common);
    const { user, address } = renderApp('/transactions');
    await screen.findByRole('table');
    await user.selectOptions(await choice('Період'), 'Власний період');
    expect(address()).toBe('/transactions?from=2026-11-22&to=2026-11-28');
    const from = screen.getByLabelText('Від');
    fireEvent.change(from, { target: { value: '2026-11-30' } });
    expect(screen.getByText('Початок періоду пізніший за кінець.')).toBeTruthy();
    expect(address()).toBe('/transactions?from=2026-11-22&to=2026-11-28');
    fireEvent.change(from, { target: { value: '' } });
    expect(address()).toBe('/transactions?to=2026-11-28');
  });

  it('say whose days they are to a viewer elsewhere', async () => {
    stubServer({ ...common, 'GET /api/billing/balance': { ...balance, time_zone: 'America/New_York' } });
    renderApp('/transactions?period=today');
    expect(await screen.findByText('Дні рахуємо за часовим поясом America/New_York.')).toBeTruthy();
  });

  it('find nothing honestly, with the way out', async () => {
    stubServer({ ...common, [HISTORY]: pages([]) });
    const { user, address } = renderApp('/transactions?type=refund');
    const empty = (await screen.findAllByText('Нічого не знайдено.'))[0]?.parentElement as HTMLElement;
    await user.click(within(empty).getByRole('button', { name: 'Скинути всі' }));
    expect(address()).toBe('/transactions');
  });

  it('that the server refuses can be cleared', async () => {
    stubServer({
      ...common,
      [HISTORY]: (request) =>
        request.url.includes('provider') ? failure(400, 'INVALID_QUERY') : pages(lines(2))(request),
    });
    const { user } = renderApp('/transactions?provider=paypal');
    const text = await screen.findByText('Сервер не зрозумів запиту.');
    await user.click(within(text.parentElement as HTMLElement).getByRole('button', { name: 'Скинути всі' }));
    expect(await screen.findByRole('table')).toBeTruthy();
  });

  it('wait for the account’s zone only where days are asked for', async () => {
    const server = stubServer({ ...common, 'GET /api/billing/balance': failure(503, 'STARTING') });
    renderApp('/transactions?period=7');
    await screen.findByText('Сервер запускається. Спробуйте за хвилину.');
    expect(lastAsked(server)).toBe('');
  });

  it('are ignored with a notice where an address is bad', async () => {
    const server = stubServer(common);
    const { user } = renderApp('/transactions?type=gift&period=tomorrow&q=ok');
    const notice = await screen.findByText(/ці фільтри не застосовано: період, вид операції\./);
    await waitFor(() => expect(lastAsked(server)).toBe('q=ok&limit=25'));
    await user.click(screen.getByRole('button', { name: 'Закрити' }));
    expect(notice.isConnected).toBe(false);
  });

  it('hide behind a button with their number on phones', async () => {
    stubScreen(false);
    stubServer(common);
    const { user } = renderApp('/transactions?type=charge', 'en');
    const button = await screen.findByRole('button', { name: 'Filters (1)' });
    expect(button.getAttribute('aria-expanded')).toBe('false');
    await user.click(button);
    expect(button.getAttribute('aria-expanded')).toBe('true');
  });
});

describe('The file', () => {
  const link = () => screen.findByRole('link', { name: 'Завантажити CSV' });

  it('is a plain link with the same filters', async () => {
    stubServer(common);
    renderApp('/transactions?type=charge&from=2026-11-01&to=2026-11-30');
    expect((await link()).getAttribute('href')).toBe(
      '/api/billing/history.csv?from=2026-10-31T22%3A00%3A00.000Z&to=2026-11-30T22%3A00%3A00.000Z&type=charge',
    );
  });

  it('says why it can’t be had, and can be tried again', async () => {
    const server = stubServer({ ...common, [CSV]: failure(503, 'STARTING', 'req-3') });
    const { user } = renderApp('/transactions');
    await user.click(await link());
    await screen.findByText(/Файл не вдалося завантажити/);
    expect(screen.getByText('Код помилки: req-3')).toBeTruthy();
    await user.click(await link());
    await waitFor(() => expect(server.requests.filter(({ method }) => method === 'HEAD')).toHaveLength(2));
  });

  it('is prepared once, however often it is pressed', async () => {
    const server = stubServer({ ...common, [CSV]: never });
    const { user } = renderApp('/transactions');
    await user.click(await link());
    const busy = await screen.findByRole('link', { name: 'Готуємо файл…' });
    await user.click(busy);
    expect(server.requests.filter(({ method }) => method === 'HEAD')).toHaveLength(1);
  });
});

it('tells the year of what is older than this one', async () => {
  stubServer({ ...common, [HISTORY]: pages([line(1, { created_at: '2024-02-29T10:00:00Z' })]) });
  renderApp('/transactions');
  expect(await screen.findByText(/29 лют\. 2024/)).toBeTruthy();
});
