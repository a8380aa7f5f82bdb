import type { Page, TestInfo } from '@playwright/test';
import { answer, answerTruly } from './support/answers';
import { expectAccessible, expectNoSidewaysScroll } from './support/axe';
import { expect, test } from './support/fixtures';
import { IS_WHOLE, type Look, looksAt, SIZES } from './support/looks';
import { enter } from './support/pages';
import { OPEN_PAGES, PAGES } from './support/states';
import type { Scene, State } from './support/states/state';
import { textsOf } from './support/texts';
import { wordsOf } from './support/words';

/** What states break on purpose. */
const BROKEN = [
  /status of (400|404|422|429|503)/,
  /ERR_(INTERNET_DISCONNECTED|FAILED)/,
  /dynamically imported/,
];

// To record all steps to a look would take longer than the looks.
test.use({ trace: 'off', actionTimeout: 15_000 });

for (const locale of ['uk-UA', 'en-GB']) {
  const words = wordsOf(locale);
  const texts = textsOf(words.language);

  test.describe(words.language, () => {
    test.use({ locale });

    for (const [name, states] of Object.entries({ ...OPEN_PAGES, ...PAGES })) {
      test(`${name} in all its states`, async ({ page, account, complaints }, testInfo) => {
        test.setTimeout(states.length * 20_000);
        complaints.expect(...BROKEN);
        await account.topUp('10');
        await account.calls(3, 'search_cases');
        await account.calls(1, 'ask_lawyer');
        if (states.some(({ laterMs }) => laterMs)) await page.clock.install();
        if (name in PAGES) await enter(page, words);

        const failures: string[] = [];
        for (const state of states) {
          await test
            .step(state.name, () => walk({ page, texts, account }, state, testInfo))
            // The others are looked at all the same.
            .catch((error: Error) => failures.push(`${state.name}: ${error.message}`));
        }
        expect(failures.join('\n\n')).toBe('');
      });
    }
  });
}

async function walk(scene: Scene, state: State, testInfo: TestInfo) {
  const looks = looksAt(scene.texts.language, state.size);
  const [first] = looks;
  if (first) await dress(scene.page, first);
  await show(scene, state);
  for (const look of looks) {
    await dress(scene.page, look);
    await expectShown(scene, state);
    if (IS_WHOLE) {
      const path = testInfo.outputPath(`${state.name}-${look.theme}-${look.size}.png`);
      await scene.page.screenshot({ path, fullPage: true });
    }
    await expectAccessible(scene.page);
    await expectNoSidewaysScroll(scene.page);
  }
}

/** In a theme and a size, which a page that is open follows. */
async function dress(page: Page, { theme, size }: Look) {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.setViewportSize(SIZES[size]);
}

/** Brings a page into a state. */
async function show(scene: Scene, { path, answers = {}, isLoading, bring, laterMs }: State) {
  const { page } = scene;
  await page.context().setOffline(false);
  await answerTruly(page);
  await answer(page, answers);
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
  const places = page.getByRole('main').locator('.appear-late');
  if (isLoading) await expect(places.first()).toBeVisible();
  else await expect(places).toHaveCount(0);
  await bring?.(scene);
  if (laterMs) await page.clock.fastForward(laterMs);
}

/** The proof: without it another state might be looked at. */
async function expectShown({ page, texts }: Scene, { shows }: State) {
  const proof = shows(texts, page);
  const seen = typeof proof === 'string' || proof instanceof RegExp ? page.getByText(proof) : proof;
  await expect(seen.filter({ visible: true }).first()).toBeVisible();
}
