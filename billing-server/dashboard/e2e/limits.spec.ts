import { expect, MONEY, test } from './support/fixtures';
import { money } from './support/money';
import { enter, go, saveSection, section } from './support/pages';

test('limits: near, reached, raised', MONEY, async ({ page, words, account }) => {
  await account.topUp('25');
  await account.changeSettings({ daily_limit_usd: '5', monthly_limit_usd: '100' });
  await enter(page, words);
  const limits = section(page, words.overview.limits);
  const used = (spent: number, limit: number) =>
    limits.getByText(words.overview.used(money(spent, words), money(limit, words)), { exact: true });
  const near = limits.getByText(words.overview.left);
  const reached = limits.getByText(words.overview.reached);
  await expect(used(0, 5)).toBeVisible();
  await expect(near.or(reached)).toHaveCount(0);

  await account.calls(4, 'deep_research');
  await expect(used(4, 5)).toBeVisible();
  await expect(near).toBeVisible();
  await expect(reached).toHaveCount(0);

  await account.calls(1, 'deep_research');
  await expect(used(5, 5)).toBeVisible();
  await expect(reached).toBeVisible();
  expect(await account.call('deep_research')).toBe(429);

  await limits.getByRole('link', { name: words.overview.change }).click();
  await page.getByLabel(words.settings.day, { exact: true }).fill('6');
  await saveSection(page, words, words.settings.limits);
  await go(page, words.nav.overview);
  await expect(used(5, 6)).toBeVisible();
  await expect(reached).toHaveCount(0);

  expect(await account.call('deep_research')).toBe(200);
  await expect(used(6, 6)).toBeVisible();
  await expect(reached).toBeVisible();
  expect(await account.call('deep_research')).toBe(429);
});

test('a limit under what is spent warns first, and stops calls at once', async ({ page, words, account }) => {
  await account.topUp('25');
  await account.calls(2, 'deep_research');
  await enter(page, words, '/settings');
  await page.getByLabel(words.settings.day, { exact: true }).fill('1');
  await expect(page.getByText(words.settings.stopsNow)).toBeVisible();
  await saveSection(page, words, words.settings.limits);
  expect(await account.call('deep_research')).toBe(429);
});

test('what is saved in one window is shown in another, beside what is typed there', async ({
  page,
  words,
  account,
}) => {
  await account.changeSettings({ daily_limit_usd: '10' });
  await enter(page, words, '/settings');
  const day = page.getByLabel(words.settings.day, { exact: true });
  await day.fill('7');
  await account.changeSettings({ daily_limit_usd: '8' });
  await expect(page.getByText(words.settings.elsewhere)).toBeVisible();
  await expect(day).toHaveValue('7');

  // Unsaved changes are not lost in passing, by a link or by the browser's buttons.
  await page.getByRole('navigation').getByRole('link', { name: words.nav.transactions }).click();
  const dialog = page.getByRole('dialog', { name: words.settings.leaving });
  await dialog.getByRole('button', { name: words.settings.stay }).click();
  await expect(day).toHaveValue('7');
  await saveSection(page, words, words.settings.limits);
  await expect(page.getByText(words.settings.elsewhere)).toHaveCount(0);
});

test('the browser’s way back asks, too', async ({ page, words }) => {
  await enter(page, words, '/');
  await page.getByRole('region', { name: words.overview.limits }).getByRole('link').click();
  await page.getByLabel(words.settings.day, { exact: true }).fill('7');
  await page.goBack();
  const dialog = page.getByRole('dialog', { name: words.settings.leaving });
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL('/settings');
  await dialog.getByRole('button', { name: words.settings.leave }).click();
  await expect(page).toHaveURL('/');
  await expect(section(page, words.overview.balance)).toBeVisible();
});
