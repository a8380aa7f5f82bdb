import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from './support/axe';
import { expect, test } from './support/fixtures';
import { AWAY, STATES, type State } from './support/states';
import { type Words, wordsOf } from './support/words';

const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];
const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ['uk-UA', 'en-GB'].flatMap((locale) => SIZES.map((viewport) => ({ colorScheme, locale, viewport }))),
);

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

for (const { colorScheme, locale, viewport } of LOOKS) {
  const words = wordsOf(locale);
  const size = viewport.width < 640 ? 'phone' : 'desktop';

  test.describe(`${words.language} ${colorScheme} ${size}`, () => {
    test.use({ colorScheme, locale, viewport, isMobile: size === 'phone', hasTouch: size === 'phone' });

    test('every page in its main states', async ({ page, account, complaints }, testInfo) => {
      test.slow();
      complaints.expect(/status of 503/);
      await account.topUp('10');
      await account.calls(3, 'search_cases');
      await account.calls(1, 'ask_lawyer');

      const look = async (name: string) => {
        await page.screenshot({ path: testInfo.outputPath(`${name}.png`), fullPage: true });
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
      };
      await page.goto('/login?error=cancelled');
      await expect(page.getByRole('button', { name: words.login.demo }).first()).toBeVisible();
      await look('login');
      await page.getByRole('button', { name: words.login.demo }).first().click();
      await page.waitForURL('/');
      for (const state of STATES) {
        await test.step(state.name, async () => {
          await show(page, words, state);
          await look(state.name);
        });
      }
    });
  });
}
