import { defineConfig } from '@playwright/test';
import { browserArgs, browserPath } from './e2e/support/browser';
import type { ServerOptions } from './e2e/support/server';

const common = {
  timezoneId: 'Europe/Kyiv',
  launchOptions: { executablePath: browserPath(), args: browserArgs() },
  contextOptions: { reducedMotion: 'reduce' as const },
  trace: 'retain-on-failure' as const,
  screenshot: 'only-on-failure' as const,
};

const desktop = {
  ...common,
  viewport: { width: 1280, height: 900 },
  locale: 'uk-UA',
  colorScheme: 'light' as const,
};

/**
 * Every journey is walked twice, so that both languages, both themes and both sizes have been seen. `pages.spec.ts`
 * looks at every state in all of them by itself.
 */
export default defineConfig<ServerOptions>({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: process.env.CI ? 2 : undefined,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['html', { open: 'never' }]],
  projects: [
    {
      name: 'desktop',
      use: desktop,
    },
    {
      // Where money moves, on the other database as well.
      name: 'postgres',
      grep: /@money/,
      use: { ...desktop, database: 'postgres' },
    },
    {
      name: 'phone',
      testIgnore: 'pages.spec.ts',
      use: {
        ...common,
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
        locale: 'en-GB',
        colorScheme: 'dark',
      },
    },
  ],
});
