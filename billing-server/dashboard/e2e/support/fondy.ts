import { expect, type Page } from '@playwright/test';
import type { Server } from './server';

export const APPROVED_CARD = '4444 5555 6666 1111';
export const DECLINED_CARD = '4444 1111 6666 5555';

/** The simulated Fondy: its page as a payer sees it, and what its bank can be told. */
export class Fondy {
  constructor(private readonly server: Server) {}

  async waitForCheckout(page: Page) {
    await page.waitForURL((url) => url.origin === new URL(this.server.fondyUrl).origin);
  }

  async pay(page: Page, card: string) {
    await page.locator('input.card').fill(card);
    await page.locator('form:has(input.card) button').click();
  }

  /** A form of Fondy's page, which posts to our site. */
  async comeBack(page: Page) {
    await page.locator(`form[action^="${new URL(this.server.url).origin}"] button`).click();
    await page.waitForURL(/\/payment\/fondy\/return\?payment=/);
  }

  /** The time to pay the newest order is over: it has expired, or was declined if a card was. */
  async expire() {
    const orders: { order_id: string }[] = await (await this.#control('GET', '/orders')).json();
    const outcome = await this.#control('POST', `/orders/${orders[0]?.order_id}/expire`);
    expect(outcome.status).toBe(200);
  }

  /** Neither tells how payments stand nor answers when asked, until `speak`. */
  async fallSilent() {
    await this.#control('PUT', '/deliveries/plan', { hold: true });
    await this.#control('POST', '/faults', { fault: 'close', times: 1000, path: '/api/status' });
  }

  async speak() {
    await this.#control('DELETE', '/faults');
    await this.#control('PUT', '/deliveries/plan', {});
    await this.#control('POST', '/deliveries/release');
  }

  #control(method: string, path: string, body?: object): Promise<Response> {
    return fetch(new URL(`/_control${path}`, this.server.fondyUrl), {
      method,
      body: body && JSON.stringify(body),
    });
  }
}
