import { readFile } from 'node:fs/promises';
import { parseCsv } from './support/csv';
import { expect, test } from './support/fixtures';
import { enter, go, openFilters, pageTitle, rows } from './support/pages';

const PAGE_SIZE = 25;

test.beforeEach(async ({ account }) => {
  await account.topUp('10');
  await account.calls(22, 'get_legislation');
  await account.calls(8, 'ask_lawyer');
});

test('filter, share the address, clear', async ({ page, words, account, anotherBrowser }) => {
  await enter(page, words, '/transactions');
  await expect(rows(page, words)).toHaveCount(PAGE_SIZE);
  await openFilters(page, words);
  await page.getByLabel(words.transactions.types).selectOption({ label: words.transactions.calls });
  await page.getByLabel(words.transactions.operations).selectOption({ label: 'Ask lawyer' });
  await page.getByLabel(words.transactions.period).selectOption({ label: words.transactions.month });
  await expect(page).toHaveURL('/transactions?period=month&type=charge&operation=ask_lawyer');
  await expect(rows(page, words)).toHaveCount(8);

  // Whoever gets the address sees the same.
  const other = await anotherBrowser();
  const { pathname, search } = new URL(page.url());
  await enter(other, words, pathname + search);
  await expect(rows(other, words)).toHaveCount(8);

  // Back undoes the last choice; what happens meanwhile waits behind a button.
  await page.goBack();
  await expect(page).toHaveURL('/transactions?type=charge&operation=ask_lawyer');
  await expect(rows(page, words)).toHaveCount(8);
  await account.calls(2, 'ask_lawyer');
  await page.getByRole('button', { name: words.transactions.newRows }).click();
  await expect(rows(page, words)).toHaveCount(10);

  await page.getByLabel(words.transactions.text).fill('nothing is called so');
  await expect(page.getByText(words.transactions.nothing).first()).toBeVisible();
  await page.getByRole('button', { name: words.transactions.clear }).first().click();
  await expect(page).toHaveURL('/transactions');
  await expect(rows(page, words)).toHaveCount(PAGE_SIZE);
});

test('load more, open a row, go away and come back to the same place', async ({ page, words }) => {
  await enter(page, words, '/transactions');
  await page.getByRole('button', { name: words.transactions.more }).click();
  await expect(rows(page, words)).toHaveCount(31);
  await expect(page.getByRole('button', { name: words.transactions.more })).toHaveCount(0);

  const call = rows(page, words).first();
  await call.getByRole('button', { name: 'Ask lawyer' }).click();
  await expect(page.getByText(words.transactions.breakdown)).toBeVisible();
  await expect(page.getByText(words.transactions.requestId)).toBeVisible();
  const last = rows(page, words).last();
  await last.scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => window.scrollY);

  await go(page, words.nav.topup);
  await page.goBack();
  await expect(pageTitle(page, words.nav.transactions)).toBeVisible();
  await expect(rows(page, words)).toHaveCount(31);
  await expect(page.getByText(words.transactions.breakdown)).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(place);
});

test('the file has the same rows as the server tells', async ({ page, words, account }) => {
  await enter(page, words, '/transactions?type=charge');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: words.transactions.csv }).click();
  const bytes = await readFile(await (await download).path());
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);

  expect(bytes.subarray(0, 3), 'a byte order mark, for spreadsheets').toEqual(
    Buffer.from([0xef, 0xbb, 0xbf]),
  );
  const [header = [], ...records] = parseCsv(bytes.subarray(3).toString('utf8'));
  const expected = await account.history('type=charge');
  expect(records).toHaveLength(expected.length);
  const column = (name: string) => {
    const index = header.indexOf(name);
    expect(index, `a column ${name} in ${header.join()}`).toBeGreaterThanOrEqual(0);
    return records.map((record) => record[index] ?? '');
  };
  expect(column('id')).toEqual(expected.map(({ id }) => id));
  expect(column('change_usd').map(Number)).toEqual(expected.map(({ change_usd }) => change_usd));
  expect(column('operation')).toEqual(expected.map(({ operation }) => operation));
  expect(column('created_at').map(Date.parse)).toEqual(
    expected.map(({ created_at }) => Date.parse(created_at)),
  );
  for (const record of records) expect(record).toHaveLength(header.length);
});

test('a bad address is ignored with a notice', async ({ page, words }) => {
  await enter(page, words, '/transactions?type=gift&q=legislation');
  await expect(
    page.getByRole('status').filter({ hasText: words.transactions.types.toLowerCase() }),
  ).toBeVisible();
  await expect(rows(page, words)).toHaveCount(22);
});
