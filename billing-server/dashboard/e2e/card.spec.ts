import type { Page, Request, Route } from '@playwright/test';
import { answer, refusal } from './support/answers';
import { expectAccessibleInBothThemes } from './support/axe';
import { expect, MONEY, test } from './support/fixtures';
import { enter, expectBalance, expectNewBalance, pageTitle } from './support/pages';
import { blockStripe, fillCard, standInForStripe } from './support/stripe';

const GOOD_CARD = '4242 4242 4242 4242';
const WITHOUT_MONEY = '4000 0000 0000 9995';

test.use({ stripeForm: 'elements' });

/** The next request to an address, which waits to be sent on. */
function hold(page: Page, address: string): Promise<Route> {
  return new Promise((resolve, reject) => {
    page.route(address, resolve, { times: 1 }).catch(reject);
  });
}

/** A request reaches the simulated Stripe, though its page may be gone. */
async function deliver(request: Request, stripeUrl: string) {
  const { authorization = '', 'content-type': type = '' } = request.headers();
  const answer = await fetch(new URL(new URL(request.url()).pathname, stripeUrl), {
    method: 'POST',
    headers: { authorization, 'content-type': type },
    body: request.postData(),
  });
  expect(answer.status).toBe(200);
}

test(
  'a declined card, corrected and paid: charged once',
  MONEY,
  async ({ page, words, server, account, complaints }) => {
    complaints.expect(/status of 402/);
    await standInForStripe(page, server.stripeUrl);
    await enter(page, words, '/topup?amount=10');
    await fillCard(page, WITHOUT_MONEY);
    await page.getByRole('button', { name: words.topup.pay }).click();
    const problem = page.getByRole('alert');
    await expect(problem).toContainText(words.topup.cardProblem);
    await expectAccessibleInBothThemes(page);
    await expect(page.getByLabel(words.topup.amount)).toHaveValue('10');

    await fillCard(page, GOOD_CARD);
    await page.getByRole('button', { name: words.topup.pay }).click();
    await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
    expect(await account.available()).toBe(10);
    expect((await account.payments('succeeded')).payments).toHaveLength(1);
    expect(await account.history('type=topup')).toHaveLength(1);
  },
);

test('a double click pays once', MONEY, async ({ page, words, server, account }) => {
  await standInForStripe(page, server.stripeUrl);
  await enter(page, words, '/topup?amount=10');
  await fillCard(page, GOOD_CARD);
  await page.getByRole('button', { name: words.topup.pay }).dblclick();
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
  await expectNewBalance(page, words, 10);
  expect(await account.available()).toBe(10);
  const all = await account.payments('open,succeeded,failed,canceled,expired');
  expect(all.payments).toHaveLength(1);
});

test('a reload in the middle goes on checking', MONEY, async ({ page, words, server, account }) => {
  await standInForStripe(page, server.stripeUrl);
  await enter(page, words, '/topup?amount=10');
  await fillCard(page, GOOD_CARD);
  const confirmation = hold(page, 'https://api.stripe.com/**/confirm');
  await page.getByRole('button', { name: words.topup.pay }).click();
  const onItsWay = (await confirmation).request();
  page.on('dialog', (dialog) => dialog.accept());
  await page.reload();
  await expect(pageTitle(page, words.payment.checking)).toBeVisible();
  expect(await account.available()).toBe(0);

  await deliver(onItsWay, server.stripeUrl);
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
  await expectNewBalance(page, words, 10);
  expect(await account.history('type=topup')).toHaveLength(1);
});

test('Stripe can’t be reached: said so, and the other way to pay stays', async ({
  page,
  words,
  complaints,
}) => {
  complaints.expect(/ERR_BLOCKED_BY_CLIENT|Failed to load Stripe/);
  await blockStripe(page);
  await enter(page, words, '/topup?amount=10');
  await expect(page.getByText(words.topup.noCardForm)).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await page.getByRole('radio', { name: words.topup.fondy }).check();
  await expect(page.getByRole('button', { name: words.topup.goTo })).toBeVisible();
});

test('the card form on its way, incomplete, at work and cut off', async ({
  page,
  words,
  server,
  complaints,
}) => {
  complaints.expect(/ERR_FAILED/);
  await standInForStripe(page, server.stripeUrl);
  const script = hold(page, 'https://js.stripe.com/**');
  await enter(page, words, '/topup?amount=10');
  const loading = await script;
  await expect(page.getByText(words.loading)).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await loading.fallback();
  await expect(page.getByLabel('Card number')).toBeVisible();
  await expectAccessibleInBothThemes(page);

  const pay = page.getByRole('button', { name: words.topup.pay });
  await pay.click();
  await expect(page.getByLabel('Card number')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessibleInBothThemes(page);

  await fillCard(page, GOOD_CARD);
  const confirmation = hold(page, 'https://api.stripe.com/**/confirm');
  await pay.click();
  const sent = await confirmation;
  await expect(page.getByRole('button', { name: words.topup.paying })).toBeVisible();
  await expect(page.getByText(words.topup.dontClose)).toBeVisible();
  await expectAccessibleInBothThemes(page);

  await sent.abort();
  await expect(page.getByText(words.topup.dontPayTwice)).toBeVisible();
  await expectAccessibleInBothThemes(page);
});

test('too many attempts: said so, with the time to wait', async ({ page, words, server, complaints }) => {
  complaints.expect(/status of 429/);
  await standInForStripe(page, server.stripeUrl);
  await answer(page, { 'POST /api/billing/payment/stripe/create': refusal(429, 'RATE_LIMITED', 60) });
  await enter(page, words, '/topup?amount=10');
  await fillCard(page, GOOD_CARD);
  await page.getByRole('button', { name: words.topup.pay }).click();
  await expect(page.getByRole('alert')).toContainText(words.topup.tooManyAttempts);
  await expect(page.getByRole('button', { name: words.topup.again })).toBeDisabled();
  await expectAccessibleInBothThemes(page);
});

test('the balance on another page follows the payment', async ({ page, words, server, account, context }) => {
  await standInForStripe(page, server.stripeUrl);
  await enter(page, words, '/topup?amount=25');
  const other = await context.newPage();
  await other.goto('/');
  await expectBalance(other, words, 0);
  await page.bringToFront();
  await fillCard(page, GOOD_CARD);
  await page.getByRole('button', { name: words.topup.pay }).click();
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
  expect(await account.available()).toBe(25);
  await expectBalance(other, words, 25);
});
