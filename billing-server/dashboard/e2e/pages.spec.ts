import type { Page, TestInfo } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from './support/axe';
import { expect, test } from './support/fixtures';
import { AWAY, STATES, type State } from './support/states';
import { type Words, wordsOf } from './support/words';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** Brings a page into a state, and waits until it stands still. */
async function show(page: Page, words: Words, { path, answers = {}, bring }: State) {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  for (const [name, answer] of Object.entries(answers)) {
    await page.route(
      ({ pathname }) => pathname === `/api/billing/${name}`,
      (route) => answer && route.fulfill({ status: answer.status, json: answer.body }),
    );
  }
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
  const all = Object.values(answers);
  if (all.includes(AWAY)) {
    await expect(page.getByRole('main').getByRole('button', { name: words.retry }).first()).toBeVisible();
  }
  const places = page.getByRole('main').locator('.appear-late');
  if (all.includes(null)) await expect(places.first()).toBeVisible();
  else await expect(places).toHaveCount(0);
  await bring?.(page, words);
}

/** In both themes and sizes, which a page that is open follows. */
async function look(page: Page, name: string, testInfo: TestInfo) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(viewport);
      await page.screenshot({
        path: testInfo.outputPath(`${name}-${colorScheme}-${size}.png`),
        fullPage: true,
      });
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
  }
  await page.setViewportSize(SIZES.desktop);
}

for (const locale of ['uk-UA', 'en-GB']) {
  const words = wordsOf(locale);

  test.describe(words.language, () => {
    test.use({ locale });

    test('every page in its main states', async ({ page, account, complaints }, testInfo) => {
      test.setTimeout(10 * 60_000);
      complaints.expect(/status of 503/);
      await account.topUp('10');
      await account.calls(3, 'search_cases');
      await account.calls(1, 'ask_lawyer');

      await page.goto('/login?error=cancelled');
      await expect(page.getByRole('button', { name: words.login.demo }).first()).toBeVisible();
      await look(page, 'login', testInfo);
      await page.getByRole('button', { name: words.login.demo }).first().click();
      await page.waitForURL('/');
      for (const state of STATES) {
        await test.step(state.name, async () => {
          await show(page, words, state);
          await look(page, state.name, testInfo);
        });
      }
    });
  });
}
