import { expect, MONEY, test } from './support/fixtures';
import { money } from './support/money';
import { balanceCard, enter, expectBalance } from './support/pages';

test(
  'a call lowers the balance in two browsers at the same time, without a reload',
  MONEY,
  async ({ page, words, account, anotherBrowser }, testInfo) => {
    await account.topUp('10');
    const other = await anotherBrowser();
    await Promise.all([enter(page, words), enter(other, words)]);
    await Promise.all([expectBalance(page, words, 10), expectBalance(other, words, 10)]);

    const delays: Record<string, number[]> = { first: [], second: [] };
    for (let round = 1; round <= 5; round += 1) {
      const shown = money(10 - round * 0.5, words);
      const watched = [page, other].map((each) =>
        balanceCard(each, words).getByText(shown, { exact: true }).first().waitFor(),
      );
      const began = performance.now();
      const since = () => Math.round(performance.now() - began);
      expect(await account.call('analyze_contract')).toBe(200);
      const answered = since();
      await Promise.all([
        watched[0]?.then(() => delays.first?.push(since() - answered)),
        watched[1]?.then(() => delays.second?.push(since() - answered)),
      ]);
    }
    await testInfo.attach('delays after the answer of the call, in ms', {
      body: JSON.stringify(delays),
      contentType: 'application/json',
    });
    process.stdout.write(`shown so many ms after the answer of the call: ${JSON.stringify(delays)}\n`);
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
  await expect(page.getByText(words.overview.low)).toHaveCount(0);

  await account.calls(1, 'deep_research');
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
