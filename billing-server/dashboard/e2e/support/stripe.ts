import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

const STAND_IN = fileURLToPath(new URL('./stripe-stand-in.js', import.meta.url));

/** Answers for Stripe: its script by the stand-in, its API by the simulator, which also sends the webhooks. */
export async function standInForStripe(page: Page, simulatorUrl: string) {
  await page.route('https://js.stripe.com/**', (route) =>
    route.fulfill({ path: STAND_IN, contentType: 'text/javascript; charset=utf-8' }),
  );
  await page.route('https://api.stripe.com/**', async (route) => {
    const { pathname, search } = new URL(route.request().url());
    const response = await route.fetch({ url: `${simulatorUrl}${pathname}${search}`, maxRedirects: 0 });
    // The page is not of Stripe's origin; the simulator is not asked to know that.
    const headers = { ...response.headers(), 'access-control-allow-origin': '*' };
    await route.fulfill({ response, headers });
  });
}

/** As behind an ad blocker. */
export async function blockStripe(page: Page) {
  await page.route('https://*.stripe.com/**', (route) => route.abort('blockedbyclient'));
}

/** A card of the stand-in's form, by one of Stripe's test numbers. */
export async function fillCard(page: Page, number: string) {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiration date').fill('12 / 30');
  await page.getByLabel('Security code').fill('123');
}
