export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** How a page is looked at. */
export interface Look {
  theme: 'light' | 'dark';
  size: keyof typeof SIZES;
}

const LOOKS: Record<'uk' | 'en', readonly Look[]> = {
  uk: [
    { theme: 'light', size: 'desktop' },
    { theme: 'dark', size: 'phone' },
  ],
  en: [
    { theme: 'dark', size: 'desktop' },
    { theme: 'light', size: 'phone' },
  ],
};

/** Both languages together see every theme in every size; with `LOOK=all` each of them does. */
export function looksIn(language: 'uk' | 'en'): readonly Look[] {
  return process.env.LOOK === 'all' ? [...LOOKS.uk, ...LOOKS.en] : LOOKS[language];
}
