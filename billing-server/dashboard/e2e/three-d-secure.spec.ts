import type { Page } from '@playwright/test';
import { expectAccessibleInBothThemes } from './support/axe';
import { expect, MONEY, test } from './support/fixtures';
import { enter, pageTitle } from './support/pages';
import { fillCard, standInForStripe } from './support/stripe';
import type { Words } from './support/words';

const ASKED_BY_REDIRECT = '4000 0027 6000 3184';
const ASKED_IN_DIALOG = '4000 0000 0000 3220';

test.use({ stripeForm: 'elements' });

async function pay(page: Page, words: Words, stripeUrl: string, card: string) {
  await standInForStripe(page, stripeUrl);
  await enter(page, words, '/topup?amount=10');
  await fillCard(page, card);
  await page.getByRole('button', { name: words.topup.pay }).click();
}

/** The bank's page, at the simulator: a form for each answer. */
async function answer(page: Page, decision: 'accept' | 'refuse') {
  const back = page.waitForRequest(/\/payment\/stripe\/return\?.*payment_intent_client_secret=pi_/);
  await page.locator(`form[action$="/${decision}"] button`).click();
  await back;
}

/** What Stripe adds to the address on the way back can move money, and must not stay there. */
async function expectNoSecrets(page: Page) {
  await expect(page).toHaveURL(/\/payment\/stripe\/return\?payment=[0-9a-f-]{36}$/);
  const history = await page.evaluate(() => JSON.stringify(window.history.state));
  expect(history).not.toContain('secret');
}

test(
  'the bank’s page, accepted: paid, and no secret in the address',
  MONEY,
  async ({ page, words, server, account }) => {
    await pay(page, words, server.stripeUrl, ASKED_BY_REDIRECT);
    await answer(page, 'accept');
    await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
    await expectNoSecrets(page);
    expect(await account.available()).toBe(10);
  },
);

test('the bank’s page, refused: nothing charged', MONEY, async ({ page, words, server, account }) => {
  await pay(page, words, server.stripeUrl, ASKED_BY_REDIRECT);
  await answer(page, 'refuse');
  await expect(pageTitle(page, words.payment.refused)).toBeVisible();
  await expectNoSecrets(page);
  expect(await account.available()).toBe(0);
});

test(
  'the bank’s question in a dialog, refused and then accepted',
  MONEY,
  async ({ page, words, server, account }) => {
    await pay(page, words, server.stripeUrl, ASKED_IN_DIALOG);
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessibleInBothThemes(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Fail' }).click();
    await expect(page.getByRole('alert')).toContainText(words.payment.notConfirmed);
    await expectAccessibleInBothThemes(page);
    await page.getByRole('button', { name: words.topup.pay }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click();
    await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
    expect(await account.available()).toBe(10);
  },
);
