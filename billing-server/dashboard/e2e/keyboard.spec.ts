import type { Locator, Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from './support/axe';
import { expect, test } from './support/fixtures';
import { APPROVED_CARD } from './support/fondy';
import { expectBalance, pageTitle, section } from './support/pages';

const MOST_STEPS = 150;

/** Goes on with Tab until the focus is there, as somebody without a mouse has to. */
async function tabTo(page: Page, target: Locator) {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expectFocusSeen(target);
      return;
    }
  }
  throw new Error(`${target} can’t be reached by keyboard`);
}

/** The focus has a ring, or stands within something that has one. */
async function expectFocusSeen(target: Locator) {
  const isSeen = await target.evaluate((element) => {
    const hasRing = (each: Element) => getComputedStyle(each).outlineStyle !== 'none';
    return hasRing(element) || (element.parentElement !== null && hasRing(element.parentElement));
  });
  expect(isSeen, `the focus on ${target} is seen`).toBe(true);
}

async function press(page: Page, target: Locator, key = 'Enter') {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

test('everything by keyboard alone: sign in, top up, look, set, sign out', async ({
  page,
  words,
  account,
  fondy,
}) => {
  await page.goto('/');
  await press(page, page.getByRole('button', { name: words.login.demo }).first());
  await expect(pageTitle(page, words.nav.overview)).toBeAttached();

  // The first stop leads past the frame.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
  await press(page, page.getByRole('main').getByRole('link', { name: words.overview.topUp, exact: true }));
  await expect(pageTitle(page, words.nav.topup)).toBeFocused();

  // One stop for all ways to pay; arrows choose.
  const stripe = page.getByRole('radio', { name: words.topup.stripe });
  const byFondy = page.getByRole('radio', { name: words.topup.fondy });
  await tabTo(page, page.getByLabel(words.topup.amount));
  await page.keyboard.type('25');
  await tabTo(page, stripe.or(byFondy).and(page.locator(':checked')));
  while (!(await byFondy.isChecked())) await page.keyboard.press('ArrowDown');
  await press(page, page.getByRole('button', { name: words.topup.goTo }));
  await fondy.waitForCheckout(page);
  await fondy.pay(page, APPROVED_CARD);
  await fondy.comeBack(page);
  await expect(pageTitle(page, words.payment.succeeded)).toBeVisible();
  await press(page, page.getByRole('link', { name: words.payment.toOverview }));
  await expectBalance(page, words, await account.available());

  // A row opens and closes, and the focus stays with it.
  await account.calls(1, 'ask_lawyer');
  await press(page, page.getByRole('navigation').getByRole('link', { name: words.nav.transactions }));
  await expect(pageTitle(page, words.nav.transactions)).toBeFocused();
  const row = page.getByRole('button', { name: 'Ask lawyer' });
  await press(page, row);
  await expect(page.getByText(words.transactions.breakdown)).toBeVisible();
  await expect(row).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page.getByText(words.transactions.breakdown)).toHaveCount(0);

  // The menu closes with Escape, which gives the focus back; a dialog does the same.
  const menu = page.getByRole('button', { name: words.account.menu });
  await press(page, menu);
  await page.keyboard.press('Escape');
  await expect(menu).toBeFocused();
  await page.keyboard.press('Enter');
  await press(page, page.getByRole('link', { name: words.nav.settings }));
  await expect(pageTitle(page, words.nav.settings)).toBeFocused();

  const day = page.getByLabel(words.settings.day, { exact: true });
  await tabTo(page, day);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('7');
  const away = page.getByRole('navigation').getByRole('link', { name: words.nav.overview });
  await press(page, away);
  await expect(page.getByRole('dialog', { name: words.settings.leaving })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(away).toBeFocused();
  await expect(day).toHaveValue('7');
  const save = section(page, words.settings.limits).getByRole('button', { name: words.settings.save });
  await press(page, save);
  await expect(section(page, words.settings.limits).getByText(words.settings.saved)).toBeVisible();
  await expect(save).toBeFocused();

  await press(page, page.getByRole('main').getByRole('button', { name: words.account.signOut }));
  await expect(page).toHaveURL('/login?signed_out=1');
});

test('the other language, on every page, kept for the next visit', async ({ page, words, isMobile }) => {
  await page.goto('/login');
  const other = words.language === 'uk' ? 'en' : 'uk';
  await page.getByRole('button', { name: words.other }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', other);
  await page.locator('form[action="/auth/demo"] button').first().click();
  for (const path of ['/', '/topup', '/transactions', '/settings']) {
    await page.goto(path);
    await expect(page.locator('html')).toHaveAttribute('lang', other);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await expectAccessible(page);
    if (isMobile) await expectNoSidewaysScroll(page);
  }
});

test('320 pixels are wide enough', async ({ page, words, account }) => {
  await account.topUp('1000');
  await account.calls(3, 'ask_lawyer');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/login');
  await page.getByRole('button', { name: words.login.demo }).first().click();
  for (const path of ['/', '/topup', '/transactions', '/settings']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await page.waitForLoadState('load');
    await expectNoSidewaysScroll(page);
  }
});
