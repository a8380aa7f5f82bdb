import type { Page, TestInfo } from '@playwright/test';
import { expect, MONEY, test } from './support/fixtures';
import { money } from './support/money';
import { balanceFigure, enter, expectBalance } from './support/pages';
import { BROKEN_OFF } from './support/watch';
import type { Words } from './support/words';

const LONGEST_MS = 60_000;

/** Watches until each page shows a balance; the answer tells how many ms after a moment that was. */
function watchFor(amount: number, pages: readonly Page[], words: Words) {
  const all = pages.map((page) => {
    const exactly = page.getByText(money(amount, words), { exact: true });
    return balanceFigure(page, words).and(exactly).waitFor({ timeout: LONGEST_MS });
  });
  return (since: number) =>
    Promise.all(all.map((shown) => shown.then(() => Math.round(performance.now() - since))));
}

/** For people: how long it takes depends on the machine, so nothing is asserted. */
async function tell(testInfo: TestInfo, what: string, delays: readonly number[][]) {
  const body = JSON.stringify(delays);
  await testInfo.attach(what, { body, contentType: 'application/json' });
  process.stdout.write(`${what}, in ms, by browser: ${body}\n`);
}

test(
  'a call lowers the balance in two browsers at the same time, without a reload',
  MONEY,
  async ({ page, words, account, anotherBrowser }, testInfo) => {
    await account.topUp('10');
    const pages = [page, await anotherBrowser()];
    await Promise.all(pages.map((each) => enter(each, words)));
    await Promise.all(pages.map((each) => expectBalance(each, words, 10)));

    const delays: number[][] = [];
    for (let round = 1; round <= 5; round += 1) {
      const shown = watchFor(10 - round * 0.5, pages, words);
      expect(await account.call('analyze_contract')).toBe(200);
      delays.push(await shown(performance.now()));
    }
    await tell(testInfo, 'shown after the answer of the call', delays);
  },
);

test(
  'two browsers are cut off and come back: both show what was called meanwhile, without a reload',
  MONEY,
  async ({ page, words, server, account, anotherBrowser, complaints }, testInfo) => {
    complaints.expect(BROKEN_OFF);
    await account.topUp('10');
    const pages = [page, await anotherBrowser()];
    const all = (step: (page: Page) => Promise<unknown>) => Promise.all(pages.map(step));
    await all((each) => enter(each, words));
    // The last part of the page to come.
    await all((each) => expect(each.getByRole('slider')).toBeVisible());
    let loads = 0;
    for (const each of pages) each.on('load', () => (loads += 1));

    const delays: number[][] = [];
    for (let round = 1; round <= 3; round += 1) {
      await all((each) => expectBalance(each, words, 10.5 - round * 0.5));
      // Offline nothing new gets through; the streams that stand end with the server.
      await all((each) => each.context().setOffline(true));
      await server.stop();
      await server.start();
      await account.calls(1, 'analyze_contract');
      await all((each) => expectBalance(each, words, 10.5 - round * 0.5));

      const shown = watchFor(10 - round * 0.5, pages, words);
      await all((each) => each.context().setOffline(false));
      delays.push(await shown(performance.now()));
    }
    expect(loads).toBe(0);
    await tell(testInfo, 'shown after the connection was back', delays);
  },
);

test('the low-balance warning comes by itself, then the word that calls have stopped', async ({
  page,
  words,
  account,
}) => {
  await account.topUp('10');
  await account.changeSettings({ low_balance_threshold_usd: '9' });
  await enter(page, words);
  await expectBalance(page, words, 10);
  await expect(page.getByText(words.overview.low)).toHaveCount(0);

  await account.calls(1, 'deep_research');
  await expectBalance(page, words, 9);
  await expect(page.getByText(words.overview.low)).toBeVisible();
  await expect(page.getByRole('region', { name: words.overview.recent })).toContainText('Deep research');

  await account.calls(9, 'deep_research');
  await expect(page.getByText(words.overview.empty)).toBeVisible();
  await expectBalance(page, words, 0);
  expect(await account.call('deep_research')).toBe(402);

  await account.topUp('25');
  await expectBalance(page, words, 25);
  await expect(page.getByText(words.overview.empty)).toHaveCount(0);
});
