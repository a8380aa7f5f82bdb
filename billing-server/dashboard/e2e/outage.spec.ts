import { expect, test } from './support/fixtures';
import { money } from './support/money';
import { balanceCard, enter, expectBalance, openFilters, pageTitle, rows, section } from './support/pages';

const BROKEN_OFF = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED/;

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
  // What is there stays; what is asked for now says why it does not come.
  await expectBalance(page, words, 9.5);
  await openFilters(other, words);
  await other.getByLabel(words.transactions.types).selectOption({ label: words.transactions.calls });
  await expect(other.getByText(words.away)).toBeVisible();

  await server.start();
  await other.getByRole('main').getByRole('button', { name: words.retry }).click();
  await expect(rows(other, words)).toHaveCount(1);

  // The streams come back by themselves, and tell what happened since.
  await account.calls(2, 'analyze_contract');
  await other.getByRole('button', { name: words.transactions.newRows }).click({ timeout: 60_000 });
  await expect(rows(other, words)).toHaveCount(3);
  await expect(balanceCard(page, words)).toContainText(money(8.5, words), { timeout: 60_000 });
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
  complaints.expect(/ERR_INTERNET_DISCONNECTED/);
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
