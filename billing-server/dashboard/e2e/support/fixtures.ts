import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { Account } from './account';
import { Fondy } from './fondy';
import { Sandbox, type ServerOptions } from './server';
import { Complaints } from './watch';
import { type Words, wordsOf } from './words';

interface Fixtures extends ServerOptions {
  /** A server of this test's own, without anything on it. */
  server: Sandbox;
  account: Account;
  fondy: Fondy;
  /** What the pages say, in the language of the project. */
  words: Words;
  complaints: Complaints;
  /** Another browser, of the same size and language. */
  anotherBrowser: () => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  stripeForm: ['hosted', { option: true }],
  database: ['sqlite', { option: true }],

  server: async ({ stripeForm, database }, use, testInfo) => {
    const server = await Sandbox.create({ stripeForm, database });
    await use(server);
    await server.remove();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server.log', { body: server.log, contentType: 'text/plain' });
    }
  },

  baseURL: async ({ server }, use) => use(server.url),

  account: async ({ server }, use) => use(new Account(server)),

  fondy: async ({ server }, use) => use(new Fondy(server)),

  words: async ({ locale }, use) => use(wordsOf(locale)),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.unexpected, 'what the pages complained of').toEqual([]);
  },

  context: async ({ context, complaints, server }, use) => {
    await complaints.watch(context, server.url);
    await use(context);
  },

  anotherBrowser: async ({ browser, complaints, server }, use) => {
    const opened: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext();
      opened.push(context);
      await complaints.watch(context, server.url);
      return context.newPage();
    });
    await Promise.all(opened.map((context) => context.close()));
  },
});

/** Where money moves: a journey that is walked on each database. */
export const MONEY = { tag: '@money' };

export { expect };
