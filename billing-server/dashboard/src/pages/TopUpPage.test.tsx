import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { leaveFor } from '~/lib/leave';
import { CHECKOUT, fondy, paymentOf, quoteFor, stripePage } from '~/test/payments';
import { renderApp } from '~/test/render';
import { balance, failure, never, signedIn, stubServer } from '~/test/server';
import { named, seen } from '~/test/text';

vi.mock('~/lib/leave');

type Replies = Parameters<typeof stubServer>[0];

function show(address: string, replies: Replies = {}, providers = [stripePage, fondy]) {
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers },
    'GET /api/billing/payments': { payments: [] },
    'POST /api/billing/quote': (request) => quoteFor(request),
    'POST /api/billing/payment/fondy/create': { paymentId: 'p-1', orderId: 'o-1', paymentUrl: CHECKOUT },
    ...replies,
  });
  const created = () => server.requests.filter(({ url }) => url.endsWith('/create'));
  const asked = (path: string) => server.requests.filter(({ url }) => new URL(url).pathname === path);
  return { ...renderApp(address), created, asked };
}

const amountField = () => screen.findByLabelText<HTMLInputElement>('Сума поповнення');
const payButton = (amount: string) =>
  screen.findByRole('button', { name: named(`Перейти до оплати ${amount}`) });
const summary = () => seen(screen.getByRole('region', { name: 'Підсумок' }));

beforeEach(() => {
  vi.mocked(leaveFor).mockClear();
});

describe('Top up: the amount', () => {
  it('is taken from the address and kept there, with a comma or a point', async () => {
    const { user, address } = show('/topup?amount=12.5');
    const field = await amountField();
    expect(field.value).toBe('12,5');
    expect(field.inputMode).toBe('decimal');
    await user.clear(field);
    await user.type(field, '20.75');
    expect(address()).toBe('/topup?amount=20.75&currency=USD');
    await user.clear(field);
    await user.type(field, '30,5');
    expect(address()).toBe('/topup?amount=30.5&currency=USD');
  });

  it('is one of a few by one press', async () => {
    const { user } = show('/topup');
    await user.click(await screen.findByRole('button', { name: named('25 $') }));
    expect((await amountField()).value).toBe('25');
    expect(screen.getByRole('button', { name: named('25 $') }).getAttribute('aria-pressed')).toBe('true');
    expect(summary()).toBe('До сплати25,00 $На баланс+25,00 $');
  });

  it('is told in hryvnias while it is typed', async () => {
    const { user } = show('/topup');
    await user.type(await amountField(), '10');
    expect(screen.getByText('≈ 413,10 ₴ · остаточну суму покаже банк')).toBeTruthy();
  });

  it.each([
    ['4', 'Найменша сума: 5,00 $.'],
    ['1000,01', 'Найбільша сума: 1 000,00 $.'],
    ['abc', 'Введіть суму цифрами, наприклад 25,50.'],
    ['10,123', 'Після коми може бути не більше двох цифр.'],
  ])('is told to be wrong when it is %j', async (text, problem) => {
    const { user } = show('/topup');
    const field = await amountField();
    await user.type(field, text);
    expect(field.getAttribute('aria-invalid')).toBeNull();
    await user.tab();
    expect(field.getAttribute('aria-invalid')).toBe('true');
    const ids = field.getAttribute('aria-describedby')?.split(' ') ?? [];
    const told = ids.map((id) => seen(document.getElementById(id)));
    expect(told).toEqual(['Від 5,00 $ до 1 000,00 $.', problem]);
  });

  it('is asked for when there is none, and nothing is started', async () => {
    const { user, created } = show('/topup');
    await user.click(await screen.findByRole('button', { name: 'Перейти до оплати' }));
    expect(screen.getByText('Вкажіть суму.')).toBeTruthy();
    expect(document.activeElement).toBe(await amountField());
    expect(created()).toEqual([]);
  });

  it('is started anew by a link to the page itself', async () => {
    const { user } = show('/topup?amount=12.5');
    await amountField();
    const nav = screen.getAllByRole('navigation', { name: 'Розділи' })[0];
    await user.click(within(nav as HTMLElement).getByRole('link', { name: 'Поповнення' }));
    await waitFor(async () => expect((await amountField()).value).toBe(''));
  });
});

describe('Top up: the way to pay', () => {
  it('is the first that takes the currency, until one is chosen', async () => {
    const { user, address } = show('/topup?amount=10');
    const cards = await screen.findByRole('group', { name: '2. Спосіб оплати' });
    const [stripe, bank] = within(cards).getAllByRole<HTMLInputElement>('radio');
    expect([stripe?.checked, bank?.checked]).toEqual([true, false]);
    await user.click(screen.getByRole('radio', { name: 'UAH' }));
    expect(bank?.checked).toBe(true);
    expect((await amountField()).value).toBe('413,1');
    await user.click(stripe as HTMLElement);
    expect(address()).toBe('/topup?amount=413.1&currency=UAH&method=stripe');
    expect(screen.getByText('Буде списано 10,00 $')).toBeTruthy();
    await payButton('10,00 $');
  });

  it('is told without a choice when there is one only', async () => {
    show('/topup', {}, [fondy]);
    expect(await screen.findByText('Картка українського банку')).toBeTruthy();
    expect(screen.queryByRole('radio', { name: /Картка/ })).toBeNull();
  });

  it('is told by its label when it is new', async () => {
    show('/topup', {}, [{ ...stripePage, id: 'paylike', label: 'Paylike' }]);
    expect(await screen.findByText('Paylike · USD')).toBeTruthy();
  });

  it('may not be there at all', async () => {
    show('/topup', { 'GET /auth/session': { ...signedIn, support_email: 'help@example.com' } }, []);
    expect(await screen.findByText('Поповнення тимчасово недоступне.')).toBeTruthy();
    const link = screen.getByRole('link', { name: 'Напишіть нам: help@example.com' });
    expect(link.getAttribute('href')).toBe('mailto:help@example.com');
  });

  it('can be asked for again when the server is away', async () => {
    let isAway = true;
    const { user } = show('/topup', {
      'GET /api/billing/payment/providers': () =>
        isAway ? failure(503, 'DATABASE_UNAVAILABLE') : { providers: [fondy] },
    });
    const retry = await screen.findByRole('button', { name: 'Спробувати ще раз' });
    isAway = false;
    await user.click(retry);
    await amountField();
  });

  it('is waited for with the shape of the page', async () => {
    show('/topup', { 'GET /api/billing/payment/providers': never });
    expect(await screen.findByText('Завантажуємо…')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Поповнення' })).toBeTruthy();
  });

  it('is not offered to an account that is not billed', async () => {
    show('/topup', { 'GET /api/billing/balance': { ...balance, billing_enabled: false } });
    expect(await screen.findByText(/поповнювати баланс не потрібно/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Перейти до оплати/ })).toBeNull();
  });
});

describe('Top up in hryvnias', () => {
  it('tells what is credited, and pays for just that', async () => {
    const { user, created, asked } = show('/topup?amount=500&currency=UAH&return_to=%2Fsettings');
    await waitFor(() => expect(screen.getByText('На баланс надійде 12,10 $')).toBeTruthy());
    expect(summary()).toBe('До сплати500,00 ₴На баланс+12,10 $1 $ = 41,31 ₴');
    expect(asked('/api/billing/quote')).toHaveLength(1);
    await user.click(await payButton('500,00 ₴'));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith(CHECKOUT));
    const [request] = created();
    expect(await request?.json()).toEqual({ amount_uah: '500', quote_id: 'quote-500', language: 'uk' });
    expect(request?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
    expect(screen.getByRole('button', { name: 'Переходимо до оплати…' })).toBeTruthy();
    expect(sessionStorage.getItem('billing.payment')).toContain('/settings');
  });

  it('asks for a quote when the typing has stopped, not for every figure', async () => {
    const { user, asked } = show('/topup?currency=UAH');
    await user.type(await amountField(), '1234');
    await payButton('1 234,00 ₴');
    const [first, ...more] = asked('/api/billing/quote');
    expect(await first?.json()).toEqual({ amount_uah: '1234' });
    expect(more).toEqual([]);
  });

  it('charges as much as the dollars that were typed take', async () => {
    show('/topup?amount=10&method=fondy');
    await payButton('413,10 ₴');
    expect(screen.getByText('Буде списано 413,10 ₴')).toBeTruthy();
    expect(summary()).toContain('На баланс+10,00 $');
  });

  it('asks for no more quotes while dollars are being typed', async () => {
    const { user, asked } = show('/topup?amount=10&method=fondy', {
      'POST /api/billing/quote': (request) => quoteFor(request, 2),
    });
    await payButton('421,54 ₴');
    const before = asked('/api/billing/quote').length;
    await user.type(await amountField(), '01');
    expect(asked('/api/billing/quote')).toHaveLength(before);
  });

  it('charges no more than may be paid at once, whatever the exchange keeps', async () => {
    show('/topup?amount=968&method=fondy', { 'POST /api/billing/quote': (request) => quoteFor(request, 2) });
    await payButton('40 000,00 ₴');
    expect(summary()).toContain('До сплати40 000,00 ₴');
  });

  it('counts what the exchange keeps', async () => {
    show('/topup?amount=10&method=fondy', { 'POST /api/billing/quote': (request) => quoteFor(request, 2) });
    await payButton('421,54 ₴');
    expect(summary()).toBe('До сплати421,54 ₴На баланс+10,00 $1 $ = 41,31 ₴, комісія за обмін 2 %');
  });

  it('is quoted anew when the quote has expired meanwhile', async () => {
    let hasExpired = true;
    const { user, created, asked } = show('/topup?amount=500&currency=UAH', {
      'POST /api/billing/payment/fondy/create': () =>
        hasExpired ? failure(409, 'QUOTE_EXPIRED') : { paymentId: 'p-1', paymentUrl: CHECKOUT },
    });
    await user.click(await payButton('500,00 ₴'));
    expect((await screen.findByRole('alert')).textContent).toContain('Курс застарів.');
    await waitFor(() => expect(asked('/api/billing/quote')).toHaveLength(2));
    hasExpired = false;
    await user.click(await payButton('500,00 ₴'));
    await waitFor(() => expect(leaveFor).toHaveBeenCalled());
    const [first, second] = created().map((request) => request.headers.get('idempotency-key'));
    expect(second).not.toBe(first);
  });

  it('can’t be paid without a rate, and other ways stay', async () => {
    const { user } = show('/topup?amount=500&currency=UAH', {
      'GET /api/billing/balance': { ...balance, exchange_rate: null },
      'POST /api/billing/quote': failure(503, 'EXCHANGE_RATE_UNAVAILABLE'),
    });
    await screen.findByText('Курс зараз невідомий. Спробуйте пізніше.');
    expect(screen.queryByRole('button', { name: /Перейти до оплати/ })).toBeNull();
    await user.click(screen.getByRole('radio', { name: 'USD' }));
    await payButton('500,00 $');
  });
});

describe('Top up on the provider’s page', () => {
  const address = '/topup?amount=500&currency=UAH';

  it('starts one payment for a double click', async () => {
    const { user, created } = show(address);
    await user.dblClick(await payButton('500,00 ₴'));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledTimes(1));
    expect(created()).toHaveLength(1);
  });

  it('offers the way again when it was stopped', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { created } = show(address);
    fireEvent.click(await payButton('500,00 ₴'));
    await screen.findByRole('button', { name: 'Переходимо до оплати…' });
    await act(() => vi.advanceTimersByTimeAsync(15_000));
    fireEvent.click(await payButton('500,00 ₴'));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledTimes(2));
    expect(created()).toHaveLength(1);
  });

  it.each(['https://evil.example/pay', 'http://pay.fondy.eu/1', 'javascript:alert(1)', null])(
    'does not go to %s',
    async (paymentUrl) => {
      const { user } = show(address, {
        'POST /api/billing/payment/fondy/create': { paymentId: 'p-1', paymentUrl },
      });
      await user.click(await payButton('500,00 ₴'));
      const alert = await screen.findByRole('alert');
      expect(alert.textContent).toContain('Адреса сторінки оплати не та');
      expect(alert.contains(document.activeElement) || document.activeElement?.contains(alert)).toBe(true);
      expect(leaveFor).not.toHaveBeenCalled();
    },
  );

  it('asks again with the same key while nobody answers', async () => {
    let lost = 2;
    const { user, created } = show(address, {
      'POST /api/billing/payment/fondy/create': () => {
        if (lost-- > 0) return Promise.reject(new TypeError('Failed to fetch'));
        return { paymentId: 'p-1', paymentUrl: CHECKOUT };
      },
    });
    await user.click(await payButton('500,00 ₴'));
    expect(await screen.findByRole('button', { name: 'Перевіряємо платіж…' })).toBeTruthy();
    await waitFor(() => expect(leaveFor).toHaveBeenCalledTimes(1));
    const keys = created().map((request) => request.headers.get('idempotency-key'));
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it('takes a new key after a refusal, and the same after an error that may pass', async () => {
    const answers = [
      failure(503, 'PROVIDER_UNAVAILABLE', 'req-5'),
      failure(422, 'PAYMENT_DECLINED'),
      Response.json({ paymentId: 'p-1', paymentUrl: CHECKOUT }),
    ];
    const { user, created } = show(address, {
      'POST /api/billing/payment/fondy/create': () => answers.shift() ?? {},
    });
    await user.click(await payButton('500,00 ₴'));
    expect(await screen.findByText('Код помилки: req-5')).toBeTruthy();
    await user.click(await payButton('500,00 ₴'));
    expect(await screen.findByText('Платіж відхилено.')).toBeTruthy();
    await user.click(await payButton('500,00 ₴'));
    await waitFor(() => expect(leaveFor).toHaveBeenCalled());
    const [first, second, third] = created().map((request) => request.headers.get('idempotency-key'));
    expect(second).toBe(first);
    expect(third).not.toBe(second);
  });

  it('counts down when there were too many attempts', async () => {
    const body = { error: 'Too Many Requests', message: 'wait', code: 'RATE_LIMITED' };
    const { user } = show(address, {
      'POST /api/billing/payment/fondy/create': Response.json(body, {
        status: 429,
        headers: { 'retry-after': '2' },
      }),
    });
    await user.click(await payButton('500,00 ₴'));
    const button = await screen.findByRole<HTMLButtonElement>('button', {
      name: /Спробувати знову за [12] с/,
    });
    expect(button.disabled).toBe(true);
    expect((await payButton('500,00 ₴')).hasAttribute('disabled')).toBe(false);
  });

  it('leads to the sign-in when the session has ended, and keeps the amount', async () => {
    const { user, address: now } = show(address, {
      'POST /api/billing/payment/fondy/create': failure(401, 'TOKEN_EXPIRED'),
    });
    await user.click(await payButton('500,00 ₴'));
    const back = encodeURIComponent('/topup?amount=500&currency=UAH');
    await waitFor(() => expect(now()).toBe(`/login?return_to=${back}`));
  });

  it('is there again after the browser’s back button, with what was not finished', async () => {
    let payments = [] as object[];
    const { user } = show(address, { 'GET /api/billing/payments': () => ({ payments }) });
    await user.click(await payButton('500,00 ₴'));
    await screen.findByRole('button', { name: 'Переходимо до оплати…' });
    payments = [paymentOf({ checkout_url: CHECKOUT })];
    fireEvent(window, Object.assign(new Event('pageshow'), { persisted: true }));
    expect(await screen.findByRole('heading', { name: 'Незавершений платіж' })).toBeTruthy();
    await payButton('500,00 ₴');
  });
});

describe('an unfinished payment', () => {
  const open = (payment: Parameters<typeof paymentOf>[0]) =>
    show('/topup', { 'GET /api/billing/payments': { payments: [paymentOf(payment)] } });

  it('can be continued, or left for a new one', async () => {
    const { user, asked } = open({ checkout_url: CHECKOUT });
    const link = await screen.findByRole('link', { name: 'Продовжити оплату' });
    expect(link.getAttribute('href')).toBe(CHECKOUT);
    expect(seen(link.closest('section'))).toContain('413,10 ₴, розпочато 28 лист., 11:00.');
    expect(asked('/api/billing/payments')[0]?.url).toContain('status=open');
    await user.click(screen.getByRole('button', { name: 'Почати новий платіж' }));
    expect(screen.queryByText('Незавершений платіж')).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 1 }));
  });

  it('does not lead to a strange address', async () => {
    open({ checkout_url: 'https://evil.example/' });
    const link = await screen.findByRole('link', { name: 'Перевірити стан' });
    expect(link.getAttribute('href')).toBe('/payment/fondy/return?payment=p-1');
    expect(screen.queryByRole('link', { name: 'Продовжити оплату' })).toBeNull();
  });

  it('warns of paying twice while the bank is at it', async () => {
    open({ status: 'processing' });
    expect(await screen.findByText(/не платіть удруге/)).toBeTruthy();
  });

  it('is not one whose card was declined', async () => {
    open({ provider: 'stripe', failure: { code: 'card_declined', message: null } });
    await amountField();
    expect(screen.queryByText('Незавершений платіж')).toBeNull();
  });
});
