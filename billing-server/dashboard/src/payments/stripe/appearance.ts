import type { Appearance } from '@stripe/stripe-js';
import { useMemo, useSyncExternalStore } from 'react';
import { useTheme } from '~/shared/theme';

const DARK = '(prefers-color-scheme: dark)';

/** Stripe's form in the colours and sizes of the page around it, and after a change of theme again. */
export function useAppearance(): Appearance {
  const { theme } = useTheme();
  const systemIsDark = useSyncExternalStore(followSystem, () => window.matchMedia(DARK).matches);
  const isDark = theme === 'system' ? systemIsDark : theme === 'dark';
  return useMemo(() => appearance(isDark), [isDark]);
}

function followSystem(listener: () => void) {
  const query = window.matchMedia(DARK);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

function appearance(isDark: boolean): Appearance {
  const color = resolveColors();
  const border = `1px solid ${color.control}`;
  const focus = { outline: `2px solid ${color.primary}`, outlineOffset: '2px', boxShadow: 'none' };
  return {
    theme: isDark ? 'night' : 'stripe',
    variables: {
      colorPrimary: color.primary,
      colorBackground: color.surface,
      colorText: color.ink,
      colorTextSecondary: color.muted,
      colorTextPlaceholder: color.muted,
      colorDanger: color.danger,
      iconColor: color.muted,
      borderRadius: '8px',
      fontFamily: 'ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif',
      fontSizeBase: '16px',
      fontSizeSm: '14px',
      spacingUnit: '4px',
      gridRowSpacing: '16px',
      gridColumnSpacing: '16px',
    },
    rules: {
      '.Input': { border, boxShadow: 'none', padding: '10px 12px' },
      '.Input:focus': focus,
      '.Tab': { border, boxShadow: 'none' },
      '.Tab:focus': focus,
      '.Label': { fontWeight: '500' },
    },
  };
}

const CLASSES = {
  primary: 'text-primary',
  surface: 'text-surface',
  ink: 'text-ink',
  muted: 'text-muted',
  danger: 'text-danger',
  control: 'text-control',
};

/** The tokens as plain colours of the theme at hand: Stripe's frame can't read our variables. */
function resolveColors(): Record<keyof typeof CLASSES, string> {
  const entries = Object.entries(CLASSES).map(([name, className]) => [name, resolveColor(className)]);
  return Object.fromEntries(entries);
}

function resolveColor(className: string): string {
  // A new element each time: one that changes its class may be on its way from the colour before.
  const probe = document.createElement('span');
  probe.className = className;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
