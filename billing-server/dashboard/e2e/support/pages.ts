import { expect, type Locator, type Page } from '@playwright/test';
import { money } from './money';
import type { Words } from './words';

/** Opens a page, and signs the demo user in on the way. */
export async function enter(page: Page, words: Words, path = '/') {
  await page.goto(path);
  await page.getByRole('button', { name: words.login.demo }).first().click();
  await page.waitForURL((url) => url.pathname + url.search === path);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** One of the sections, from the bar above or, on phones, below. */
export async function go(page: Page, to: string) {
  await page.getByRole('navigation').getByRole('link', { name: to }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

export async function openAccountMenu(page: Page, words: Words) {
  await page.getByRole('button', { name: words.account.menu }).click();
}

export function pageTitle(page: Page, name: string): Locator {
  return page.getByRole('heading', { level: 1, name });
}

/** The card of the overview with the balance in it. */
export function balanceCard(page: Page, words: Words): Locator {
  return page.getByRole('region', { name: words.overview.balance, exact: true });
}

/** What can be spent: the large figure of that card, without what it has just changed by. */
export function balanceFigure(page: Page, words: Words): Locator {
  return balanceCard(page, words).locator('.figures > span').first();
}

export async function expectBalance(page: Page, words: Words, amount: number, timeout?: number) {
  // What is less than a cent is not shown there, and nothing is rounded up.
  const shown = money(Math.floor(amount * 100) / 100, words);
  await expect(balanceFigure(page, words)).toHaveText(shown, { timeout });
}

/** What can be spent after a payment, on the page that says it is paid; beside it stands what was added. */
export async function expectNewBalance(page: Page, words: Words, amount: number) {
  await expect(page.getByRole('main').getByText(money(amount, words), { exact: true })).toBeVisible();
}

/** The rows of the transactions: a table's, or on phones a list's. */
export function rows(page: Page, words: Words): Locator {
  const main = page.getByRole('main');
  const list = main.getByRole('list', { name: words.nav.transactions }).getByRole('listitem');
  return main.getByRole('table', { name: words.nav.transactions }).locator('tbody > tr:has(time)').or(list);
}

/** The filters, which phones hide behind a button. */
export async function openFilters(page: Page, words: Words) {
  const button = page.getByRole('button', { name: words.transactions.filters });
  if (!(await button.isVisible())) return;
  if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
}

/** A section of the settings. */
export function section(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

export async function saveSection(page: Page, words: Words, name: string) {
  const here = section(page, name);
  await here.getByRole('button', { name: words.settings.save }).click();
  await expect(here.getByText(words.settings.saved)).toBeVisible();
}
