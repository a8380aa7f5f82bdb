import type { ReactNode } from 'react';
import { useI18n } from '~/i18n';

/** Around skeletons: says in words what they say to the eye. */
export function Loading({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  return (
    <>
      <span className="sr-only">{t.common.loading}</span>
      {children}
    </>
  );
}
