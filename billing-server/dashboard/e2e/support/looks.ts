export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** How a page is looked at. */
export interface Look {
  theme: 'light' | 'dark';
  size: keyof typeof SIZES;
}

/** Both languages together see both themes and both sizes. */
const LOOK = {
  uk: { theme: 'light', size: 'phone' },
  en: { theme: 'dark', size: 'desktop' },
} satisfies Record<string, Look>;

const ALL: readonly Look[] = [
  LOOK.uk,
  LOOK.en,
  { theme: 'dark', size: 'phone' },
  { theme: 'light', size: 'desktop' },
];

/** Whether each language is looked at in every theme and size, and a picture is kept of each: `LOOK=all`. */
export const IS_WHOLE = process.env.LOOK === 'all';

/** In a state that there is in one size alone, that one counts. */
export function looksAt(language: 'uk' | 'en', size?: Look['size']): readonly Look[] {
  if (IS_WHOLE) return ALL.filter((look) => look.size === (size ?? look.size));
  return [{ ...LOOK[language], ...(size && { size }) }];
}
