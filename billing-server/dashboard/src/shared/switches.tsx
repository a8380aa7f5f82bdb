import { Monitor, Moon, Sun } from 'lucide-react';
import { useI18n } from '~/i18n';
import type { Language } from '~/lib/money';
import { Menu } from '~/ui/Menu';
import { RadioCards } from '~/ui/RadioCards';
import { type Theme, useTheme } from './theme';

const ICONS = { system: Monitor, light: Sun, dark: Moon };
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** Names the other language in that language. */
export function LanguageSwitch() {
  const { language, setLanguage, t } = useI18n();
  const other: Language = language === 'uk' ? 'en' : 'uk';
  return (
    <button
      type="button"
      lang={other}
      onClick={() => setLanguage(other)}
      className="min-h-11 rounded-control px-2 text-small text-muted hover:bg-canvas hover:text-ink"
    >
      {t.common.language[other]}
    </button>
  );
}

export function ThemeChoice() {
  const { t } = useI18n();
  const { theme, setTheme } = useTheme();
  const options = THEMES.map((value) => ({ value, title: t.common.theme[value] }));
  return <RadioCards legend={t.common.theme.label} options={options} value={theme} onChange={setTheme} />;
}

export function ThemeMenu() {
  const { t } = useI18n();
  const { theme } = useTheme();
  const Icon = ICONS[theme];
  return (
    <Menu
      label={`${t.common.theme.label}: ${t.common.theme[theme]}`}
      button={<Icon aria-hidden size={18} className="text-muted" />}
    >
      {() => (
        <div className="p-2">
          <ThemeChoice />
        </div>
      )}
    </Menu>
  );
}
