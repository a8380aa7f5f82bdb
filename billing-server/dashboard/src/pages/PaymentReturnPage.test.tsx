import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { Schemas } from '~/api/schemas';
import { FakeEventSource } from '~/test/events';
import { CHECKOUT, fondy, paymentOf } from '~/test/payments';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, signedOut, stubServer } from '~/test/server';
import { seen } from '~/test/text';

type Replies = Parameters<typeof stubServer>[0];

const ADDRESS = '/payment/fondy/return?payment=p-1';
const STATUS = 'GET /api/billing/payment/fondy/p-1/status';

function show(payment: Partial<Schemas['PaymentState']>, replies: Replies = {}, address = ADDRESS) {
  let now = paymentOf(payment);
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers: [fondy] },
    [STATUS]: () => now,
    ...replies,
  });
  const looks = () => server.requests.filter(({ url }) => url.endsWith('/status')).length;
  const become = (change: Partial<Schemas['PaymentState']>) => {
    now = paymentOf({ ...payment, ...change });
    return now;
  };
  return { ...renderApp(address), looks, become };
}

const announced = () => seen(document.querySelector('[aria-live="polite"]'));
const title = (name: string) => screen.findByRole('heading', { level: 1, name });

describe('a payment that was just made', () => {
  it('is looked at after 1, 2, 3 and 5 seconds, until it has ended', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { looks, become } = show({});
    await title('Перевіряємо платіж');
    await waitFor(() => expect(looks()).toBe(1));
    expect(screen.getByText('Сума: 413,10 ₴')).toBeTruthy();
    for (const [ms, expected] of [
      [1_100, 2],
      [2_100, 3],
      [3_100, 4],
      [5_100, 5],
    ] as const) {
      await act(() => vi.advanceTimersByTimeAsync(ms));
      expect(looks()).toBe(expected);
    }
    become({ status: 'processing' });
    await act(() => vi.advanceTimersByTimeAsync(5_100));
    const main = within(screen.getByRole('main'));
    const steps = main.getAllByRole('listitem').map(seen);
    expect(steps).toEqual(['Отримано банкомвиконано', 'Зараховано на баланстриває']);
    become({ status: 'succeeded' });
    await act(() => vi.advanceTimersByTimeAsync(5_100));
    await title('Баланс поповнено');
    const enough = looks();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(looks()).toBe(enough);
  });

  it('is told by the live updates, too', async () => {
    const { become } = show({});
    await title('Перевіряємо платіж');
    (await FakeEventSource.current()).accept();
    (await FakeEventSource.current()).tell('payment', become({ status: 'succeeded' }));
    await title('Баланс поповнено');
  });

  it('is not taken back by an answer that was on its way', async () => {
    let respond: (body: Response) => void = () => undefined;
    const late = () => new Promise<Response>((resolve) => (respond = resolve));
    show({}, { [STATUS]: late });
    await title('Перевіряємо платіж');
    (await FakeEventSource.current()).tell('payment', paymentOf({ status: 'succeeded' }));
    await title('Баланс поповнено');
    await act(async () => respond(Response.json(paymentOf())));
    expect(screen.queryByText('Перевіряємо платіж')).toBeNull();
  });

  it('may take longer than one can wait', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { looks, become } = show(
      { status: 'processing' },
      { 'GET /auth/session': { ...signedIn, support_email: 'help@example.com' } },
    );
    await title('Перевіряємо платіж');
    await act(() => vi.advanceTimersByTimeAsync(121_000));
    await title('Платіж обробляється');
    expect(screen.getByText(/Зарахуємо автоматично й надішлемо лист/)).toBeTruthy();
    expect(screen.getByText(/Цю сторінку можна закрити/)).toBeTruthy();
    expect(screen.getByRole('link', { name: /help@example.com/ })).toBeTruthy();
    const before = looks();
    become({ status: 'succeeded' });
    await act(() => vi.advanceTimersByTimeAsync(31_000));
    expect(looks()).toBeGreaterThan(before);
    await title('Баланс поповнено');
  });

  it('goes on being checked while the server is away', async () => {
    let isAway = true;
    show(
      {},
      {
        [STATUS]: () => (isAway ? failure(503, 'DATABASE_UNAVAILABLE') : paymentOf({ status: 'succeeded' })),
      },
    );
    await screen.findByText('Сервер поки не відповідає. Перевіряємо далі.');
    isAway = false;
    await title('Баланс поповнено');
  });

  it('can be gone back to when it was not paid', async () => {
    show({ checkout_url: CHECKOUT });
    const link = await screen.findByRole('link', { name: 'Повернутися до сторінки оплати' });
    expect(link.getAttribute('href')).toBe(CHECKOUT);
  });

  it('does not lead to a strange page', async () => {
    show({ checkout_url: 'https://evil.example/1' });
    await screen.findByText('Сума: 413,10 ₴');
    expect(screen.queryByRole('link', { name: 'Повернутися до сторінки оплати' })).toBeNull();
  });
});

describe('a payment that nobody has paid', () => {
  const left = { provider: 'fondy', id: 'p-1', returnTo: null, isUnsettled: true };

  it('is told to be so after all the waiting, and gives way to a new one', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    sessionStorage.setItem('billing.payment', JSON.stringify(left));
    show({});
    await title('Перевіряємо платіж');
    await act(() => vi.advanceTimersByTimeAsync(121_000));
    await title('Платіж не завершено');
    expect(screen.queryByText(/Банк ще обробляє/)).toBeNull();
    expect(sessionStorage.getItem('billing.payment')).toContain('"isUnsettled":true');
    fireEvent.click(screen.getByRole('link', { name: 'Почати новий платіж' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Поповнення' })).toBeTruthy();
    expect(sessionStorage.getItem('billing.payment')).toContain('"isUnsettled":false');
  });

  it('is not told to be so while the server can’t be asked', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let isAway = false;
    show({}, { [STATUS]: () => (isAway ? failure(503, 'DATABASE_UNAVAILABLE') : paymentOf()) });
    await screen.findByText('Сума: 413,10 ₴');
    isAway = true;
    await act(() => vi.advanceTimersByTimeAsync(121_000));
    expect(screen.queryByRole('heading', { name: 'Платіж не завершено' })).toBeNull();
    expect(screen.getByText('Сервер поки не відповідає. Перевіряємо далі.')).toBeTruthy();
  });
});

describe('a payment that succeeded', () => {
  it('shows the new balance as the server tells it', async () => {
    let available = 12.4;
    const { become } = show(
      {},
      { 'GET /api/billing/balance': () => ({ ...balance, available_usd: available }) },
    );
    await title('Перевіряємо платіж');
    available = 22.39;
    (await FakeEventSource.current()).tell('payment', become({ status: 'succeeded' }));
    await title('Баланс поповнено');
    await waitFor(() => expect(seen(screen.getByRole('main'))).toContain('Доступно22,39 $'));
    expect(seen(screen.getByRole('main'))).toContain('+10,00 $ · сплачено 413,10 ₴');
    expect(seen(screen.getByRole('main'))).toContain('Номер платежу: p-1');
  });

  it('leads back to where the person came from', async () => {
    const left = { provider: 'fondy', id: 'p-1', returnTo: '/transactions?type=topup', isUnsettled: false };
    sessionStorage.setItem('billing.payment', JSON.stringify(left));
    show({ status: 'succeeded' });
    const link = await screen.findByRole('link', { name: 'Повернутися до роботи' });
    expect(link.getAttribute('href')).toBe('/transactions?type=topup');
  });

  it.each([
    JSON.stringify({ provider: 'fondy', id: 'p-1', returnTo: '//evil.example', isUnsettled: false }),
    JSON.stringify({ provider: 'fondy', id: 'p-2', returnTo: '/settings', isUnsettled: false }),
    JSON.stringify({ id: 'p-1', returnTo: '/settings' }),
    'not JSON',
  ])('leads to the overview alone after %s', async (stored) => {
    sessionStorage.setItem('billing.payment', stored);
    show({ status: 'succeeded' });
    await title('Баланс поповнено');
    expect(screen.queryByRole('link', { name: 'Повернутися до роботи' })).toBeNull();
    expect(screen.getByRole('link', { name: 'До огляду' })).toBeTruthy();
  });

  it('is announced once, with the new balance', async () => {
    // Long after whatever was announced before.
    vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.now() + 60 * 60_000 });
    const { become } = show({});
    await title('Перевіряємо платіж');
    expect(announced()).not.toContain('Перевіряємо платіж');
    (await FakeEventSource.current()).tell('payment', become({ status: 'succeeded' }));
    await waitFor(() => expect(announced()).toBe('Баланс поповнено. Доступно: 12,40 $'));
  });

  it('is told without the balance when that can’t be had', async () => {
    show({ status: 'succeeded' }, { 'GET /api/billing/balance': failure(503, 'DATABASE_UNAVAILABLE') });
    await title('Баланс поповнено');
    await waitFor(() => expect(screen.queryByText('Доступно')).toBeNull());
    expect(seen(screen.getByRole('main'))).toContain('+10,00 $');
  });

  it('tells what was taken back since', async () => {
    show({ status: 'succeeded', taken_back: 100 });
    expect(await screen.findByText('Згодом повернено 100,00 ₴.')).toBeTruthy();
  });
});

describe('a payment that came to nothing', () => {
  it.each([
    ['failed', 'insufficient_funds', 'Платіж не пройшов', 'На картці недостатньо коштів.', true],
    ['failed', '1004', 'Платіж не пройшов', /^Банк відхилив платіж/, true],
    ['failed', '1037', 'Платіж не пройшов', 'На картці недостатньо коштів.', true],
    ['failed', '1003', 'Платіж не пройшов', 'Неправильний код CVC.', true],
    ['failed', '1054', 'Платіж не пройшов', /^Час на оплату минув/, true],
    ['pending', 'payment_intent_authentication_failure', 'Платіж не пройшов', /^Підтвердження/, false],
    ['canceled', null, 'Платіж скасовано', null, true],
    ['expired', null, 'Час на оплату минув', null, true],
  ] as const)('is told by its status and reason: %s, %s', async (status, code, name, reason, isSure) => {
    show({ status, failure: code && { code, message: null } });
    await title(name);
    expect(screen.queryByText('Гроші не списано.') !== null).toBe(isSure);
    if (reason) expect((await screen.findByRole('alert')).textContent).toMatch(reason);
    else expect(screen.queryByRole('alert')).toBeNull();
    const again = screen.getByRole('link', { name: /Спробувати ще раз|Почати новий платіж/ });
    expect(again.getAttribute('href')).toBe('/topup?amount=413.1&currency=UAH&method=fondy');
  });

  it('is not told by a refusal from before, however long the next answer takes', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let looks = 0;
    const refusedBefore = paymentOf({ failure: { code: 'card_declined', message: null } });
    show({}, { [STATUS]: () => (++looks === 1 ? refusedBefore : never()) });
    await screen.findByText('Сума: 413,10 ₴');
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(screen.queryByText('Платіж не пройшов')).toBeNull();
    (await FakeEventSource.current()).tell('payment', paymentOf({ status: 'succeeded' }));
    await title('Баланс поповнено');
  });

  it.each([
    ['of somebody else', {}, ADDRESS, { [STATUS]: failure(404, 'PAYMENT_NOT_FOUND') }],
    ['without an id', {}, '/payment/fondy/return', {}],
  ])('is not found when it is one %s', async (_, payment, address, replies) => {
    show(payment, replies, address);
    await title('Платіж не знайдено');
    expect(screen.queryByText(/Номер платежу/)).toBeNull();
    expect(screen.getByRole('link', { name: 'До огляду' })).toBeTruthy();
  });
});

it('waits until somebody has signed in again', async () => {
  const { address } = show({}, { 'GET /auth/session': signedOut });
  await waitFor(() => expect(address()).toBe(`/login?return_to=${encodeURIComponent(ADDRESS)}`));
});

it.each(['processing', 'expired'] as const)('tells at once what is reviewed by hand: %s', async (status) => {
  show({ status, needs_review: 'paid_mismatch' });
  await title('Платіж обробляється');
  expect(screen.getByText(/перевіряє наш фахівець/)).toBeTruthy();
  expect(screen.queryByText('Гроші не списано.')).toBeNull();
});
