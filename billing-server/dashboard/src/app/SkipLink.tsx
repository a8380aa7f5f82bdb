import { useI18n } from '~/i18n';

export function SkipLink() {
  const { t } = useI18n();
  return (
    <a
      href="#content"
      className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-30 focus:rounded-control
        focus:bg-primary focus:px-4 focus:py-2.5 focus:text-on-primary"
    >
      {t.common.skipToContent}
    </a>
  );
}
