import { useEffect } from 'react';
import { useI18n } from '~/i18n';
import type { Language } from '~/lib/money';

/** The deployment's language, where neither the person nor the browser asks for one that there is. */
export function useDefaultLanguage(language: Language | undefined) {
  const { followDefault } = useI18n();
  useEffect(() => {
    if (language) followDefault(language);
  }, [language, followDefault]);
}
