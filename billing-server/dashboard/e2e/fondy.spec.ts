import type { Page } from '@playwright/test';
import { expect, MONEY, test } from './support/fixtures';
import { APPROVED_CARD, DECLINED_CARD } from './support/fondy';
import { enter, expectBalance, pageTitle, rows } from './support/pages';
import type { Words } from './support/words';

/** A thousand hryvnias, up to the door of Fondy's page. */
async function order(page: Page, words: Words) {
  await enter(page, words, '/topup');
  await page.getByText('UAH', { exact: true }).first().click();
  await page.getByRole('radio', { name: words.topup.fondy }).check();
  await page.getByLabel(words.topup.amount).fill('1000');
  await page.getByRole('button', { name: words.topup.goTo }).click();
}

test('paid in hryvnias, and back by POST', MONEY, async ({ page, words, fondy, account }) => {
  await order(page, words);
  await fondy.waitForCheckout(page);
  await fondy.pay(page, APPROVED_CARD);
  await fondy.comeBack(page);
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
  const available = await account.available();
  expect(available).toBeGreaterThan(0);
  await page.getByRole('link', { name: words.payment.toOverview }).click();
  await expectBalance(page, words, available);
});

test('declined by the bank: nothing is charged', MONEY, async ({ page, words, fondy, account }) => {
  await order(page, words);
  await fondy.waitForCheckout(page);
  await fondy.pay(page, DECLINED_CARD);
  await fondy.comeBack(page);
  await expect(pageTitle(page, words.payment.refused)).toBeVisible();
  await expect(page.getByText(words.payment.notCharged)).toBeVisible();
  expect(await account.available()).toBe(0);
});

test('left without paying: can be continued, and runs out', async ({ page, words, fondy, account }) => {
  await order(page, words);
  await fondy.waitForCheckout(page);
  const checkout = page.url();
  await page.goBack();
  await expect(page.getByText(words.topup.unfinished)).toBeVisible();
  await page.getByRole('link', { name: words.topup.resume }).click();
  await page.waitForURL(checkout);

  const [payment] = (await account.payments('open')).payments;
  await page.goto('/transactions');
  await expect(page.getByText(words.transactions.waiting)).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: words.transactions.topUp }).click();
  await expect(page).toHaveURL(`/payment/fondy/return?payment=${payment?.paymentId}`);
  await expect(pageTitle(page, words.payment.checking)).toBeVisible();
  await fondy.expire();
  await expect(pageTitle(page, words.payment.expired)).toBeVisible();
  await expect(page.getByText(words.payment.notCharged)).toBeVisible();

  // It is among those that came to nothing, and no longer among those that wait.
  expect((await account.payments('open')).payments).toEqual([]);
  expect((await account.payments('expired')).payments).toMatchObject([
    { paymentId: payment?.paymentId, status: 'expired' },
  ]);
  expect(await account.available()).toBe(0);
  await page.goto('/transactions?status=unsuccessful');
  await expect(rows(page, words)).toHaveCount(1);
  await expect(rows(page, words)).toContainText(words.transactions.tooLate);
  await page.goto('/transactions?status=open');
  await expect(page.getByText(words.transactions.nothing)).toBeVisible();
});

test('a callback that is late: the page waits for it', MONEY, async ({ page, words, fondy }) => {
  await order(page, words);
  await fondy.waitForCheckout(page);
  await fondy.fallSilent();
  await fondy.pay(page, APPROVED_CARD);
  await fondy.comeBack(page);
  await expect(pageTitle(page, words.payment.checking)).toBeVisible();
  await fondy.speak();
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
});

test('somebody else’s payment is not found', async ({ page, words, complaints }) => {
  complaints.expect(/status of 404/);
  await enter(page, words, '/payment/fondy/return?payment=0193aaaa-0000-7000-8000-000000000001');
  await expect(pageTitle(page, words.payment.notFound)).toBeVisible();
});
