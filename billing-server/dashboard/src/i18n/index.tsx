import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { type DateShape, type Day, formatDay, formatMoment } from '~/lib/dates';
import { formatMoney, type Language, type Micros, type MoneyFormat } from '~/lib/money';
import { en } from './en';
import { type Dictionary, uk } from './uk';

const DICTIONARIES: Record<Language, Dictionary> = { uk, en };
const STORED_AS = 'billing.language';

export interface I18n {
  language: Language;
  /** What every page needs; the texts of one area come from `useTexts`. */
  t: Dictionary;
  /** The person's choice: kept for the next visit. */
  setLanguage: (language: Language) => void;
  /** The deployment's language: taken only where nobody has asked for one. */
  followDefault: (language: Language) => void;
  money: (micros: Micros, format?: MoneyFormat) => string;
  moment: (moment: string, shape: DateShape, timeZone?: string) => string;
  day: (day: Day, shape?: 'date' | 'longDate' | 'month') => string;
}

const Context = createContext<I18n | null>(null);

export function I18nProvider({ children }: { children: ReactNode }) {
  // boot.js has chosen before the first paint.
  const [language, set] = useState<Language>(() => (document.documentElement.lang === 'en' ? 'en' : 'uk'));

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const setLanguage = useCallback((chosen: Language) => {
    keep(chosen);
    delete document.documentElement.dataset.language;
    set(chosen);
  }, []);

  const followDefault = useCallback((language: Language) => {
    if (document.documentElement.dataset.language === 'default') set(language);
  }, []);

  const value = useMemo<I18n>(
    () => ({
      language,
      t: DICTIONARIES[language],
      setLanguage,
      followDefault,
      money: (micros, format) => formatMoney(micros, language, format),
      moment: (moment, shape, timeZone) => formatMoment(moment, language, shape, timeZone),
      day: (day, shape) => formatDay(day, language, shape),
    }),
    [language, setLanguage, followDefault],
  );
  return <Context value={value}>{children}</Context>;
}

export function useI18n(): I18n {
  const value = use(Context);
  if (!value) throw new Error('useI18n needs an I18nProvider above it');
  return value;
}

/** The texts of one area: they are loaded with the pages that show them. */
export function useTexts<Texts>(texts: Record<Language, Texts>): Texts {
  return texts[useI18n().language];
}

function keep(language: Language) {
  try {
    localStorage.setItem(STORED_AS, language);
  } catch {
    // Storage may be closed to us; the choice then lasts until the page is left.
  }
}
