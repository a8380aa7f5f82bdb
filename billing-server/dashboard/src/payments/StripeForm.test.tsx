import { loadStripe } from '@stripe/stripe-js/pure';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stubScreen } from '~/test/media';
import { fondy, paymentOf, quoteFor, stripeForm } from '~/test/payments';
import { renderApp } from '~/test/render';
import { balance, signedIn, stubServer } from '~/test/server';
import { declined, fakeStripe, succeeded } from '~/test/stripe';
import { named } from '~/test/text';

vi.mock('@stripe/stripe-js/pure', () => ({ loadStripe: vi.fn() }));

type Replies = Parameters<typeof stubServer>[0];

const CREATE = 'POST /api/billing/payment/stripe/create';
const STATUS = 'GET /api/billing/payment/stripe/p-1/status';
const onStripe = (change: Parameters<typeof paymentOf>[0]) =>
  paymentOf({ provider: 'stripe', amount: 10, currency: 'USD', ...change });

let fake: ReturnType<typeof fakeStripe>;

beforeEach(() => {
  stubScreen(false);
  fake = fakeStripe();
  vi.mocked(loadStripe).mockReset();
  vi.mocked(loadStripe).mockImplementation(async () => fake.stripe);
});

function show(address = '/topup?amount=10', replies: Replies = {}, providers = [stripeForm, fondy]) {
  let started = 0;
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers },
    'GET /api/billing/payments': { payments: [] },
    'POST /api/billing/quote': (request) => quoteFor(request),
    [CREATE]: () => {
      started += 1;
      return { paymentId: `p-${started}`, paymentIntentId: 'pi_1', clientSecret: `secret-${started}` };
    },
    [STATUS]: onStripe({}),
    ...replies,
  });
  const created = () => server.requests.filter(({ url }) => url.endsWith('/create'));
  return { ...renderApp(address), created };
}

async function showReady(address?: string, replies?: Replies) {
  const shown = show(address, replies);
  await screen.findByText('card form');
  fake.tell('ready');
  return shown;
}

const payButton = (name?: string) => screen.findByRole('button', { name: name ? named(name) : /^Сплатити/ });

describe('the card form', () => {
  it('is loaded from Stripe when it is shown, and not before', async () => {
    const { user } = show('/topup?amount=500&currency=UAH');
    await screen.findByRole('button', { name: /Перейти до оплати/ });
    expect(loadStripe).not.toHaveBeenCalled();
    await user.click(screen.getByRole('radio', { name: /Картка будь-якого банку/ }));
    await screen.findByText('card form');
    expect(loadStripe).toHaveBeenCalledWith('pk_test_1', { locale: 'en' });
  });

  it('has a place of its own while it comes, and the amount can be changed', async () => {
    const { user } = show();
    await screen.findByText('card form');
    expect(screen.getByText('Завантажуємо…')).toBeTruthy();
    expect((await payButton()).hasAttribute('disabled')).toBe(true);
    await user.type(screen.getByLabelText('Сума поповнення'), '0');
    fake.tell('ready');
    expect(screen.queryByText('Завантажуємо…')).toBeNull();
    await payButton('Сплатити 100,00 $');
  });

  it('knows the amount before there is a payment, and its changes', async () => {
    const { user, created } = await showReady();
    const [options] = fake.calls.elements.mock.calls[0] ?? [];
    expect(options).toMatchObject({ mode: 'payment', amount: 1000, currency: 'usd', locale: 'en' });
    await user.click(screen.getByRole('button', { name: named('25 $') }));
    expect(fake.elements.update).toHaveBeenLastCalledWith({ amount: 2500 });
    expect(created()).toEqual([]);
  });

  it('may be blocked: that is told, tried again, and other ways stay', async () => {
    vi.mocked(loadStripe).mockRejectedValueOnce(new Error('Failed to load Stripe.js'));
    const { user } = show();
    expect(await screen.findByText(/Не вдалося завантажити форму картки/)).toBeTruthy();
    expect(screen.getByText(/обрати інший спосіб/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Сплатити/ })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Спробувати ще раз' }));
    await screen.findByText('card form');
    fake.tell('loaderror');
    expect(await screen.findByText(/Не вдалося завантажити форму картки/)).toBeTruthy();
    await user.click(screen.getByRole('radio', { name: /Картка українського банку/ }));
    await screen.findByRole('button', { name: named('Перейти до оплати 413,10 ₴') });
  });

  it('is not there without the key of the deployment', async () => {
    show('/topup', {}, [{ ...stripeForm, publishable_key: null }]);
    expect(await screen.findByText(/Не вдалося завантажити форму картки/)).toBeTruthy();
    expect(screen.queryByText(/обрати інший спосіб/)).toBeNull();
    expect(loadStripe).not.toHaveBeenCalled();
  });

  it('that is incomplete is told by Stripe, and nothing is started', async () => {
    fake.elements.submit.mockResolvedValue({ error: { type: 'validation_error' } });
    const { user, created } = await showReady();
    await user.click(await payButton());
    await waitFor(() => expect(fake.element.focus).toHaveBeenCalled());
    expect(created()).toEqual([]);
    await payButton('Сплатити 10,00 $');
  });
});

describe('paying by card', () => {
  it('starts one payment, confirms it, and shows how it ended', async () => {
    fake.calls.confirmPayment.mockResolvedValue(succeeded);
    const { user, created, address } = await showReady('/topup?amount=10&return_to=%2Fsettings', {
      [STATUS]: onStripe({ status: 'succeeded' }),
    });
    await user.dblClick(await payButton('Сплатити 10,00 $'));
    expect(await screen.findByRole('heading', { name: 'Баланс поповнено' })).toBeTruthy();
    expect(address()).toBe('/payment/stripe/return?payment=p-1');
    expect(created()).toHaveLength(1);
    expect(await created()[0]?.json()).toEqual({ amount_usd: '10', language: 'uk' });
    expect(fake.calls.confirmPayment).toHaveBeenCalledTimes(1);
    expect(fake.calls.confirmPayment).toHaveBeenCalledWith({
      elements: fake.elements,
      clientSecret: 'secret-1',
      confirmParams: { return_url: `${window.location.origin}/payment/stripe/return?payment=p-1` },
      redirect: 'if_required',
    });
    expect(sessionStorage.getItem('billing.payment')).not.toContain('secret');
    expect(screen.getByRole('link', { name: 'Повернутися до роботи' }).getAttribute('href')).toBe(
      '/settings',
    );
  });

  it('is waited for with the form out of reach, and leaving asks', async () => {
    const confirm = vi.spyOn(window, 'confirm').mockReturnValue(false);
    const { user, address } = await showReady();
    await user.click(await payButton());
    expect(await screen.findByRole('button', { name: 'Сплачуємо…' })).toBeTruthy();
    expect(screen.getByText(/Не закривайте сторінку/)).toBeTruthy();
    expect(screen.getByText('card form').closest('[inert]')).toBeTruthy();
    expect(screen.getByLabelText('Сума поповнення').closest('[inert]')).toBeTruthy();
    const [link] = screen.getAllByRole('link', { name: 'Огляд' });
    fireEvent.click(link as HTMLElement);
    expect(confirm).toHaveBeenCalledWith('Платіж ще триває. Залишити сторінку?');
    expect(address()).toBe('/topup?amount=10');
  });

  it.each([
    ['card_declined', 'insufficient_funds', 'На картці недостатньо коштів.'],
    ['expired_card', undefined, 'Строк дії картки вказано неправильно або він минув.'],
    ['incorrect_cvc', undefined, 'Неправильний код CVC.'],
    ['card_declined', 'do_not_honor', /^Банк відхилив платіж/],
    ['card_declined', 'try_again_later', /^Банк зараз не відповідає/],
    ['payment_intent_authentication_failure', undefined, /^Підтвердження скасовано/],
  ])('may be refused: %s, %s', async (code, declineCode, text) => {
    fake.calls.confirmPayment.mockResolvedValue(declined(code, declineCode));
    const { user } = await showReady();
    await user.click(await payButton());
    const alert = await screen.findByRole('alert');
    expect(await screen.findByText(text)).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.contains(alert)).toBe(true));
    expect(screen.getByLabelText<HTMLInputElement>('Сума поповнення').value).toBe('10');
    expect(screen.getByText('card form').closest('[inert]')).toBeNull();
  });

  it('goes on with the declined payment, which can be paid only once', async () => {
    fake.calls.confirmPayment.mockResolvedValueOnce(declined('card_declined')).mockResolvedValue(succeeded);
    const { user, created } = await showReady(undefined, { [STATUS]: onStripe({ status: 'succeeded' }) });
    await user.click(await payButton());
    await screen.findByRole('alert');
    await user.click(await payButton());
    await screen.findByRole('heading', { name: 'Баланс поповнено' });
    expect(created()).toHaveLength(1);
    const secrets = fake.calls.confirmPayment.mock.calls.map(([options]) => options);
    expect(secrets).toMatchObject([{ clientSecret: 'secret-1' }, { clientSecret: 'secret-1' }]);
  });

  it('is another payment with another key once the amount has changed', async () => {
    fake.calls.confirmPayment.mockResolvedValue(declined('card_declined'));
    const { user, created } = await showReady();
    await user.click(await payButton());
    await screen.findByRole('alert');
    await user.click(screen.getByRole('button', { name: named('25 $') }));
    await user.click(await payButton('Сплатити 25,00 $'));
    await waitFor(() => expect(created()).toHaveLength(2));
    const [first, second] = created().map((request) => request.headers.get('idempotency-key'));
    expect(second).not.toBe(first);
  });
});

describe('a payment whose answer was lost', () => {
  const lost = { error: { type: 'api_connection_error' as const } };

  it('is not offered again until Stripe says that nothing was taken', async () => {
    fake.calls.confirmPayment.mockResolvedValueOnce(lost).mockResolvedValue(succeeded);
    fake.calls.retrievePaymentIntent
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockResolvedValue({ paymentIntent: { status: 'requires_payment_method', last_payment_error: null } });
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { created } = await showReady();
    fireEvent.click(await payButton());
    expect(await screen.findByText(/Не платіть удруге/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Сплатити/ })).toBeNull();
    expect(screen.getByRole('button', { name: 'Перевіряємо платіж…' })).toBeTruthy();
    // One look may be from before the card has reached Stripe; it takes a later one that says the same.
    await act(() => vi.advanceTimersByTimeAsync(6_500));
    expect(fake.calls.retrievePaymentIntent.mock.calls.length).toBeGreaterThan(1);
    expect(screen.queryByRole('alert')).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect((await screen.findByRole('alert')).textContent).toBe('Платіж не відбувся. Спробуйте ще раз.');
    fireEvent.click(await payButton());
    expect(created()).toHaveLength(1);
  });

  it('is known as soon as the server knows it', async () => {
    fake.calls.confirmPayment.mockRejectedValue(new TypeError('Failed to fetch'));
    fake.calls.retrievePaymentIntent.mockRejectedValue(new TypeError('Failed to fetch'));
    const { user } = await showReady(undefined, { [STATUS]: onStripe({ status: 'succeeded' }) });
    await user.click(await payButton());
    expect(await screen.findByRole('heading', { name: 'Баланс поповнено' })).toBeTruthy();
  });

  it('is checked first by whoever comes to the page anew', async () => {
    fake.calls.confirmPayment.mockReturnValue(new Promise(() => undefined));
    vi.spyOn(window, 'confirm').mockReturnValue(true);
    const { user, address } = await showReady('/topup?amount=10&currency=USD');
    await user.click(await payButton());
    await screen.findByRole('button', { name: 'Сплачуємо…' });
    const [link] = screen.getAllByRole('link', { name: 'Поповнення' });
    fireEvent.click(link as HTMLElement);
    expect(await screen.findByRole('heading', { name: 'Перевіряємо платіж' })).toBeTruthy();
    expect(address()).toBe('/payment/stripe/return?payment=p-1');
  });

  it('does not fetch back whoever has left', async () => {
    let confirmed: (result: typeof succeeded) => void = () => undefined;
    fake.calls.confirmPayment.mockReturnValue(new Promise((resolve) => (confirmed = resolve)));
    vi.spyOn(window, 'confirm').mockReturnValue(true);
    const { user, address } = await showReady();
    await user.click(await payButton());
    await screen.findByRole('button', { name: 'Сплачуємо…' });
    fireEvent.click(screen.getAllByRole('link', { name: 'Операції' })[0] as HTMLElement);
    await screen.findByRole('heading', { level: 1, name: 'Операції' });
    await act(async () => confirmed(succeeded));
    expect(address()).toBe('/transactions');
  });

  it('is checked first after a reload', async () => {
    const left = { provider: 'stripe', id: 'p-1', returnTo: null, isUnsettled: true };
    sessionStorage.setItem('billing.payment', JSON.stringify(left));
    const { address } = show();
    expect(await screen.findByRole('heading', { name: 'Перевіряємо платіж' })).toBeTruthy();
    expect(address()).toBe('/payment/stripe/return?payment=p-1');
  });
});
