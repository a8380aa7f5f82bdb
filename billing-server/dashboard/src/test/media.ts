import { vi } from 'vitest';

/** jsdom knows no media: a screen as wide as a desk's, or a phone's. */
export function stubScreen(isWide = true) {
  vi.stubGlobal('matchMedia', () => ({
    matches: isWide,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
}
