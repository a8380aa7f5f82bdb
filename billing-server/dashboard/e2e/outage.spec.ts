import { expect, test } from './support/fixtures';
import { money } from './support/money';
import { enter, expectBalance, openFilters, pageTitle, rows, section } from './support/pages';
import { BROKEN_OFF } from './support/watch';

test('the server goes down and comes back: pages say so, and nothing is lost', async ({
  page,
  words,
  server,
  account,
  anotherBrowser,
  complaints,
}) => {
  // The server listens before it is ready.
  complaints.expect(BROKEN_OFF, /status of 503/);
  await account.topUp('10');
  await account.calls(1, 'analyze_contract');
  await enter(page, words);
  await expectBalance(page, words, 9.5);
  const other = await anotherBrowser();
  await enter(other, words, '/transactions');
  await expect(rows(other, words)).toHaveCount(2);

  await server.stop();
  // What is there stays, with a word that it may be old; what is asked for now says why it does not come.
  await openFilters(other, words);
  await other.getByLabel(words.transactions.types).selectOption({ label: words.transactions.calls });
  await expect(other.getByText(words.away)).toBeVisible();
  await expect(page.getByText(words.silent)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(words.silent)).toContainText(words.asOf);
  await expectBalance(page, words, 9.5);

  const streams = [page, other].map((each) =>
    each.waitForResponse(
      (response) => response.url() === `${server.url}/api/billing/events` && response.ok(),
    ),
  );
  await server.start();
  await other.getByRole('main').getByRole('button', { name: words.retry }).click();
  await expect(rows(other, words)).toHaveCount(1);

  // The streams come back by themselves, and tell what happened before and what happens from then on.
  await account.calls(1, 'analyze_contract');
  await Promise.all(streams);
  await expect(page.getByText(words.silent)).toHaveCount(0);
  await expectBalance(page, words, 9);
  await account.calls(1, 'analyze_contract');
  await expectBalance(page, words, 8.5);
  await expect(other.getByRole('button', { name: words.transactions.newRows })).toContainText('2');
  await other.getByRole('button', { name: words.transactions.newRows }).click();
  await expect(rows(other, words)).toHaveCount(3);
  await expect(section(page, words.overview.recent).getByText(money(-0.5, words))).toHaveCount(3);
});

test('a page that can’t be loaded meanwhile leaves the frame standing', async ({
  page,
  words,
  server,
  complaints,
}) => {
  complaints.expect(BROKEN_OFF, /dynamically imported module/);
  await enter(page, words);
  await server.stop();
  await page.getByRole('navigation').getByRole('link', { name: words.nav.transactions }).click();
  await expect(pageTitle(page, words.crash.title)).toBeVisible();
  await server.start();
  await page.getByRole('button', { name: words.crash.reload }).click();
  await expect(pageTitle(page, words.nav.transactions)).toBeVisible();
});

test('without a network: one banner, and the time of what is shown', async ({
  page,
  words,
  context,
  complaints,
}) => {
  complaints.expect(BROKEN_OFF);
  await enter(page, words);
  // The last part of the page to come.
  await expect(page.getByRole('slider')).toBeVisible();
  await expectBalance(page, words, 0);
  await context.setOffline(true);
  await expect(page.getByText(words.offline)).toBeVisible();
  await expect(page.getByText(words.offline)).toContainText(words.asOf);
  await expectBalance(page, words, 0);
  await context.setOffline(false);
  await expect(page.getByText(words.offline)).toHaveCount(0);
});
