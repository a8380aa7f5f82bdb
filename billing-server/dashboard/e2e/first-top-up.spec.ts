import { expect, MONEY, test } from './support/fixtures';
import { money } from './support/money';
import { enter, expectBalance, expectNewBalance, go, rows } from './support/pages';
import { fillCard, standInForStripe } from './support/stripe';

test.use({ stripeForm: 'elements' });

test(
  'a new account: empty, topped up by card, and spent on',
  MONEY,
  async ({ page, words, server, account }) => {
    await standInForStripe(page, server.stripeUrl);
    await enter(page, words);
    await expectBalance(page, words, 0);
    await expect(page.getByText(words.overview.start)).toBeVisible();
    await expect(page.getByText(words.overview.nothingSpent)).toBeVisible();
    await expect(page.getByText(words.overview.noneYet)).toBeVisible();

    await page
      .getByRole('main')
      .getByRole('link', { name: words.overview.topUp, exact: true })
      .first()
      .click();
    await page.getByLabel(words.topup.amount).fill('10');
    await fillCard(page, '4242 4242 4242 4242');
    await page.getByRole('button', { name: words.topup.pay }).click();
    await expect(page.getByRole('heading', { level: 1, name: words.payment.succeeded })).toBeVisible();
    await expectNewBalance(page, words, 10);

    // To the overview within the page: the balance is known there without another load.
    await page.getByRole('link', { name: words.payment.toOverview }).click();
    await expectBalance(page, words, 10);
    expect(await account.available()).toBe(10);

    // One call: the row, the chart's table and the balance agree.
    await account.calls(1, 'search_cases');
    await expect(page.getByRole('region', { name: words.overview.recent })).toContainText(
      money(-0.0125, words),
    );
    await page.getByRole('button', { name: words.overview.showTable }).click();
    const spending = page.getByRole('region', { name: words.overview.spending, exact: true });
    await expect(spending.getByRole('table')).toContainText(money(0.0125, words));

    await go(page, words.nav.transactions);
    await expect(rows(page, words)).toHaveCount(2);
    const topUp = rows(page, words).nth(1);
    await topUp.getByRole('button', { name: words.transactions.topUp }).click();
    const [payment] = (await account.payments('succeeded')).payments;
    await expect(page.getByText(payment?.paymentId ?? '', { exact: true }).first()).toBeVisible();
    await expect(page.getByText(words.transactions.credited, { exact: true })).toBeVisible();

    // The provider's receipt is of the same payment, and the way back leads here again.
    await page.getByRole('button', { name: words.payment.receipt }).click();
    await page.waitForURL(`${server.stripeUrl}/receipts/*`);
    await expect(page.getByText('10.00 USD')).toBeVisible();
    await page.goBack();
    await expect(rows(page, words)).toHaveCount(2);
  },
);
