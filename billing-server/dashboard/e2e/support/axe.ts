import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Nothing that can be checked by a machine may stand in anybody's way. */
export async function expectAccessible(page: Page) {
  const viewport = page.viewportSize();
  // All of the page at once: what the bar below covers for the moment is no fault, it can be scrolled.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const isLonger = viewport !== null && height > viewport.height;
  if (isLonger) await page.setViewportSize({ ...viewport, height });
  // Evaluated from outside, which the page's policy does not stop.
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(AXE);
  // Told in words there: what axe finds to be good is many times as much, and takes long to come over.
  const violations = await page.evaluate(async (rules) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    const results = await axe.run({ runOnly: rules, resultTypes: ['violations'] });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }, RULES);
  if (isLonger) await page.setViewportSize(viewport);
  expect(violations).toEqual([]);
}

/** The same in both themes, which a page that is open follows. */
export async function expectAccessibleInBothThemes(page: Page) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}

/** Nothing may be wider than the screen but a region that scrolls by itself. */
export async function expectNoSidewaysScroll(page: Page) {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth, 'the page scrolls sideways').toBeLessThanOrEqual(clientWidth);
}
