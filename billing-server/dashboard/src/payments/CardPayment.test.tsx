import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { reload } from '~/lib/leave';
import { fondy, quoteFor, stripeForm } from '~/test/payments';
import { renderApp } from '~/test/render';
import { balance, signedIn, stubServer } from '~/test/server';
import { named } from '~/test/text';

vi.mock('~/lib/leave');
vi.mock('./StripeForm', () => {
  throw new TypeError('Importing a module script failed.');
});

it('leaves other ways to pay standing where the form’s script does not come, and loads the page anew when asked', async () => {
  // React tells of every error it catches.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers: [stripeForm, fondy] },
    'GET /api/billing/payments': { payments: [] },
    'POST /api/billing/quote': (request) => quoteFor(request),
  });
  const { user, address } = renderApp('/topup');
  await user.type(await screen.findByLabelText('Сума поповнення'), '10');
  expect(await screen.findByText(/Не вдалося завантажити форму картки/)).toBeTruthy();
  expect(screen.getByText(/обрати інший спосіб/)).toBeTruthy();

  expect(reload).not.toHaveBeenCalled();
  await user.click(screen.getByRole('button', { name: 'Спробувати ще раз' }));
  expect(reload).toHaveBeenCalledTimes(1);
  // What was chosen is found again.
  expect(address()).toBe('/topup?amount=10&currency=USD');

  await user.click(screen.getByRole('radio', { name: /Картка українського банку/ }));
  await screen.findByRole('button', { name: named('Перейти до оплати 413,10 ₴') });
});
