import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { leaveFor } from '~/lib/leave';
import { line, PAYMENT_ID, pages, payment, topUpLine } from '~/test/history';
import { stubScreen } from '~/test/media';
import { renderApp } from '~/test/render';
import { balance, failure, signedIn, stubServer } from '~/test/server';
// Pages are loaded when they are shown; here before, for a busy machine takes long.
import '~/pages/TransactionsPage';
import './TransactionDetails';

vi.mock('~/lib/leave');

const STATUS = `GET /api/billing/payment/fondy/${PAYMENT_ID}/status`;

/** Opens the details of the only row there is. */
async function open(row: ReturnType<typeof line>, replies = {}, language: 'uk' | 'en' = 'uk') {
  const server = stubServer({
    'GET /auth/session': signedIn,
    'GET /api/billing/balance': balance,
    'GET /api/billing/payment/providers': { providers: [] },
    'GET /api/billing/usage': { buckets: [] },
    'GET /api/billing/payments': { payments: [] },
    'GET /api/billing/history': pages([row]),
    ...replies,
  });
  const { user } = renderApp('/transactions', language);
  const table = await screen.findByRole('table');
  const button = within(table).getByRole('button');
  await user.click(button);
  expect(button.getAttribute('aria-expanded')).toBe('true');
  const details = document.getElementById(button.getAttribute('aria-controls') ?? '') as HTMLElement;
  await within(details).findByText(language === 'uk' ? 'Точний час' : 'Exact time');
  return { user, server, button, details: within(details), text: () => details.textContent ?? '' };
}

beforeEach(() => stubScreen());

const BY_UNITS = {
  price: 'units',
  base: 0.001,
  units: [
    { unit: 'token', count: 1007, price: 0.000002, amount: 0.002014 },
    { unit: 'upstream_call', count: 2, price: 0.0069, amount: 0.0138 },
  ],
  volume: 12345,
  cost: 0.016814,
  tier: 'startup',
  tier_percent: 30,
  tier_amount: 0.0050442,
  markup_percent: 10,
  markup_amount: 0.0016814,
  total: 0.02354,
};

describe('Details of a call', () => {
  it('are the bill of its price, with its decimal marks below each other', async () => {
    const { details } = await open(line(1, { breakdown: BY_UNITS }));
    const bill = details.getByRole('table', { name: 'Як склалася ціна' });
    const cells = within(bill)
      .getAllByRole('row')
      .map((row) => [...row.children].map((cell) => cell.textContent));
    expect(cells).toEqual([
      ['Складова', 'Кількість', 'Ціна, $', 'Сума, $'],
      ['Основа', '', '', '0,001\u2007\u2007\u2007\u2007'],
      ['Token1\u00a0007 × 0,000002', '1\u00a0007', '0,000002', '0,002014\u2007'],
      ['Upstream call2 × 0,0069', '2', '0,0069\u2007\u2007', '0,0138\u2007\u2007\u2007'],
      ['Разом без надбавок', '', '', '0,016814\u2007'],
      ['Надбавка тарифу startup, 30 %', '', '', '0,0050442'],
      ['Надбавка інструмента, 10 %', '', '', '0,0016814'],
      ['Усього', '', '', '0,02354\u2007\u2007'],
    ]);
    expect(details.getByText(/цього місяця: 12 345 викликів/)).toBeTruthy();
    expect(details.getByText('За виклик, що завершився помилкою, гроші не списуємо.')).toBeTruthy();
  });

  it('tell the tools of a batch', async () => {
    const operations = [{ operation: 'ask_lawyer', calls: 2, amount: 0.05 }];
    const batch = { price: 'batch', calls: 9, operations, other: { calls: 7, amount: 0.001 } };
    const { details, text } = await open(
      line(1, { breakdown: { ...batch, tier: 'business', tier_percent: 50, total: 0.051 } }),
      {},
      'en',
    );
    expect(details.getByRole('table')).toBeTruthy();
    expect(text()).toContain('Ask lawyer220.05');
    expect(text()).toContain('others770.001');
    expect(text()).toContain('Mark-up of the business tier, 50%in the amounts above');
  });

  it('tell a fixed price, what another service wrote, or that there is nothing', async () => {
    const { text } = await open(line(1));
    expect(text()).toContain('Фіксована ціна: 0,25\u00a0$');
  });

  it('show what another service wrote', async () => {
    const { details } = await open(line(1, { breakdown: { model: 'large' } }));
    expect(details.getByText('model').nextElementSibling?.textContent).toBe('large');
  });

  it('say so where there is no breakdown', async () => {
    const { details } = await open(line(1, { breakdown: null }));
    expect(details.getByText('Подробиць ціни немає.')).toBeTruthy();
  });

  it('have the request’s id to copy', async () => {
    const { user, details } = await open(line(1));
    await user.click(details.getByRole('button', { name: /Скопіювати/ }));
    expect(await details.findByText('Скопійовано')).toBeTruthy();
    expect(await navigator.clipboard.readText()).toBe(line(1).request_id);
  });

  it('are honest about what is out of the ordinary', async () => {
    const { text } = await open(line(1, { late: true, uncollected_usd: 0.1 }));
    expect(text()).toContain('утримання вже було знято, тож гроші списано пізніше');
    expect(text()).toContain('Ще 0,10\u00a0$ не списано');
  });

  it('say what an observed call would have cost', async () => {
    const { text } = await open(
      line(1, { amount_usd: 0, change_usd: 0, uncollected_usd: 0.5, would_refuse: 'insufficient_funds' }),
    );
    expect(text()).toContain('коштував би 0,50\u00a0$, і його було б відхилено: недостатньо коштів');
  });

  it('close again', async () => {
    const { user, button } = await open(line(1));
    await user.click(button);
    expect(button.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByText('Номер запиту')).toBeNull();
  });
});

describe('Details of a top-up', () => {
  it('are what was paid, and at which rate', async () => {
    const { details, text } = await open(topUpLine(1), { [STATUS]: payment() });
    await details.findByText('413,10 ₴');
    expect(text()).toContain('Курс1 $ = 41,31 ₴');
    expect(text()).toContain(`Номер платежу${PAYMENT_ID}`);
    expect(text()).toContain('Станзараховано');
  });

  it('lead to the receipt, where there is one', async () => {
    let url = 'javascript:alert(1)';
    const { user, details } = await open(topUpLine(1), {
      [STATUS]: payment({ has_receipt: true }),
      [`GET /api/billing/payment/fondy/${PAYMENT_ID}/receipt`]: () => ({ url }),
    });
    const button = await details.findByRole('button', { name: 'Відкрити квитанцію' });
    await user.click(button);
    expect(await details.findByText(/Не вдалося отримати квитанцію/)).toBeTruthy();
    expect(leaveFor).not.toHaveBeenCalled();

    url = 'https://pay.example/receipts/1';
    await user.click(button);
    await waitFor(() => expect(leaveFor).toHaveBeenCalledExactlyOnceWith(url));
    expect(details.queryByText(/Не вдалося отримати квитанцію/)).toBeNull();
  });

  it('can be asked for again', async () => {
    let isAway = true;
    const { user, details } = await open(topUpLine(1), {
      [STATUS]: () => (isAway ? failure(503, 'STARTING') : payment()),
    });
    await details.findByText('Сервер запускається. Спробуйте за хвилину.');
    isAway = false;
    await user.click(details.getByRole('button', { name: 'Спробувати ще раз' }));
    await waitFor(() => expect(details.getByText('413,10 ₴')).toBeTruthy());
  });
});

it('shows the note of an adjustment', async () => {
  const row = topUpLine(1, {
    type: 'adjustment',
    kind: 'adjustment',
    payment_provider: null,
    payment_id: null,
  });
  const { text } = await open({ ...row, description: 'Подарунок' });
  expect(text()).toContain('ПриміткаПодарунок');
});
