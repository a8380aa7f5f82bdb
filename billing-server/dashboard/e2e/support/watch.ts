import type { BrowserContext, Page } from '@playwright/test';

/** What is heard of calls that find no network, no server, or one that is just starting. */
export const BROKEN_OFF =
  /ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED|INTERNET_DISCONNECTED)|status of 503/;

/** What pages complain of: errors and warnings of the console, exceptions, breaches of the content security policy. */
export class Complaints {
  readonly #all: string[] = [];
  readonly #expected: RegExp[] = [];

  /** Some tests break things on purpose; what they cause is no complaint. */
  expect(...patterns: RegExp[]) {
    this.#expected.push(...patterns);
  }

  get unexpected(): string[] {
    return this.#all.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }

  /** Of our own pages: what others do is theirs to mend. */
  async watch(context: BrowserContext, ourUrl: string) {
    const isOurs = (page: Page | null) => page?.url().startsWith(new URL(ourUrl).origin) ?? true;
    // A breach is told to the console, too, but not always before the test is over.
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        // biome-ignore lint/suspicious/noConsole: it is how a page tells the test
        console.error(`content security policy: ${violatedDirective} ${blockedURI}`),
      );
    });
    context.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type()) || !isOurs(message.page())) return;
      this.#all.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (failure) => {
      if (isOurs(failure.page())) this.#all.push(`exception: ${failure.error()}`);
    });
  }
}
