import { expect, MONEY, test } from './support/fixtures';
import { money } from './support/money';
import { enter, expectBalance, pageTitle } from './support/pages';
import { blockStripe, fillCard, standInForStripe } from './support/stripe';

const GOOD_CARD = '4242 4242 4242 4242';
const WITHOUT_MONEY = '4000 0000 0000 9995';

test.use({ stripeForm: 'elements' });

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
  await expect(page.getByRole('main')).toContainText(money(10, words));
  expect(await account.available()).toBe(10);
  const all = await account.payments('open,succeeded,failed,canceled,expired');
  expect(all.payments).toHaveLength(1);
});

test('a reload in the middle goes on checking', MONEY, async ({ page, words, server, account }) => {
  await standInForStripe(page, server.stripeUrl);
  await enter(page, words, '/topup?amount=10');
  await fillCard(page, GOOD_CARD);
  // The card was sent, and its answer gets lost on the way.
  const sent = page.waitForRequest(/\/v1\/payment_intents\/[^/]+\/confirm$/);
  await page.route('https://api.stripe.com/**/confirm', async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fetch({ url: `${server.stripeUrl}${pathname}` });
  });
  await page.getByRole('button', { name: words.topup.pay }).click();
  await sent;
  await expect.poll(() => account.available()).toBe(10);
  page.on('dialog', (dialog) => dialog.accept());
  await page.reload();
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
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
  await page.getByRole('radio', { name: words.topup.fondy }).check();
  await expect(page.getByRole('button', { name: words.topup.goTo })).toBeVisible();
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
