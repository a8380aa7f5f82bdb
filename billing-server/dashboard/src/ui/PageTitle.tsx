import { useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';
import { useI18n } from '~/i18n';

/** The one `h1` of a page. It names the document, and takes the focus when the page was navigated to. */
export function PageTitle({ children, hidden = false }: { children: string; hidden?: boolean }) {
  const ref = useRef<HTMLHeadingElement>(null);
  const { t } = useI18n();
  // The first page of a visit has the key "default": there the browser has set the focus itself.
  const navigated = useLocation().key !== 'default';
  const isNew = useNavigationType() === 'PUSH';

  useEffect(() => {
    document.title = `${children} · ${t.common.product}`;
  }, [children, t]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only the arrival counts, not what changes on the page
  useEffect(() => {
    if (!navigated) return;
    if (isNew) window.scrollTo(0, 0);
    ref.current?.focus({ preventScroll: true });
  }, []);

  return (
    <h1 ref={ref} tabIndex={-1} className={hidden ? 'sr-only' : 'text-title font-semibold'}>
      {children}
    </h1>
  );
}
