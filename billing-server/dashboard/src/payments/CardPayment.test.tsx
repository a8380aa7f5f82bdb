import { screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { stubScreen } from '~/test/media';
import { fondy, quoteFor, stripeForm } from '~/test/payments';
import { renderApp } from '~/test/render';
import { balance, signedIn, stubServer } from '~/test/server';
import { named } from '~/test/text';

const script = vi.hoisted(() => ({ isBlocked: true }));

vi.mock('./StripeForm', () => {
  if (script.isBlocked) throw new TypeError('Importing a module script failed.');
  return { default: () => 'card form' };
});

it('leaves the page and other ways to pay standing where the form’s script does not come, and asks for it again', async () => {
  stubScreen();
  // React tells of every error it catches.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers: [stripeForm, fondy] },
    'GET /api/billing/payments': { payments: [] },
    'POST /api/billing/quote': (request) => quoteFor(request),
  });
  const { user } = renderApp('/topup?amount=10');
  expect(await screen.findByText(/Не вдалося завантажити форму картки/)).toBeTruthy();
  expect(screen.getByText(/обрати інший спосіб/)).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>('Сума поповнення').value).toBe('10');

  const [card, bank] = screen.getAllByRole('radio', { name: /^Картка/ }) as [HTMLElement, HTMLElement];
  await user.click(bank);
  await screen.findByRole('button', { name: named('Перейти до оплати 413,10 ₴') });
  await user.click(card);

  script.isBlocked = false;
  await user.click(await screen.findByRole('button', { name: 'Спробувати ще раз' }));
  expect(await screen.findByText('card form')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: '3. Оплата' }));
});
