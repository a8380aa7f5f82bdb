import { expect, test } from './support/fixtures';
import { enter, openAccountMenu } from './support/pages';

test('sign in, arrive at the page first asked for, sign out', async ({ page, words }) => {
  const asked = '/transactions?type=topup';
  await page.goto(asked);
  await expect(page).toHaveURL(`/login?return_to=${encodeURIComponent(asked)}`);
  await expect(page.getByRole('heading', { level: 1, name: words.login.title })).toBeVisible();

  await page.getByRole('button', { name: words.login.demo }).first().click();
  await expect(page).toHaveURL(asked);
  await expect(page.getByRole('heading', { level: 1, name: words.nav.transactions })).toBeVisible();

  await openAccountMenu(page, words);
  await page.getByRole('button', { name: words.account.signOut }).click();
  await expect(page).toHaveURL('/login?signed_out=1');
  await expect(page.getByText(words.login.signedOut)).toBeVisible();

  // Nothing of the account is left behind the button that leads back.
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: words.login.title })).toBeVisible();
});

test('the tabs of a browser sign in and out together', async ({ page, context, words }) => {
  await page.goto('/transactions');
  const other = await context.newPage();
  await enter(other, words, '/settings');
  await expect(page).toHaveURL('/transactions');
  await expect(page.getByRole('heading', { level: 1, name: words.nav.transactions })).toBeVisible();

  await openAccountMenu(page, words);
  await page.getByRole('button', { name: words.account.signOut }).click();
  await expect(page).toHaveURL('/login?signed_out=1');
  await expect(other).toHaveURL('/login?return_to=%2Fsettings');
  await expect(other.getByRole('navigation')).toHaveCount(0);
});

test('a session that ends elsewhere leads to the sign-in, and back', async ({
  page,
  context,
  words,
  complaints,
}) => {
  complaints.expect(/status of 401/);
  await enter(page, words, '/settings');
  await context.clearCookies();
  await page.getByRole('navigation').getByRole('link', { name: words.nav.transactions }).click();
  await expect(page).toHaveURL(/\/login\?return_to=%2Ftransactions$/);
  await page.getByRole('button', { name: words.login.demo }).first().click();
  await expect(page).toHaveURL('/transactions');
});

test('an address of another site is not followed', async ({ page, words, server }) => {
  await page.goto('/login?return_to=https%3A%2F%2Fevil.example%2F');
  await page.getByRole('button', { name: words.login.demo }).first().click();
  await expect(page).toHaveURL(`${server.url.replace(/\/$/, '')}/`);
});
