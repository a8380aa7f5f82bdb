import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the server: `BILLING_URL`, else where `make run` starts it. */
const server = process.env.BILLING_URL ?? 'http://127.0.0.1:8080';

/** The return page of a payment is ours, though its path begins like the server's. */
const payment = {
  target: server,
  bypass: (request: { method?: string }) => (request.method === 'GET' ? '/index.html' : undefined),
};

const EVERYWHERE = /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|openapi-fetch)\//;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // The content security policy allows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files: each is a request that a phone waits for, and what is together compresses better.
          groups: [
            // Changes with a dependency only.
            { name: 'vendor', test: EVERYWHERE, priority: 2 },
            { name: 'app', tags: ['$initial'], priority: 1 },
            { name: 'pages', minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/auth': server, '/payment': payment } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    // A failed query says what it looked for; the whole page would hide it.
    env: { TZ: 'Europe/Kyiv', DEBUG_PRINT_LIMIT: '0' },
    restoreMocks: true,
  },
});
