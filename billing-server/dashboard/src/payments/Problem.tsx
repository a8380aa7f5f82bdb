import { useEffect, useRef } from 'react';
import { describeError } from '~/api/errors';
import { useI18n, useTexts } from '~/i18n';
import { reasonsTexts } from '~/i18n/reasons';
import { Banner } from '~/ui/Banner';
import { PaymentRefused } from './refusal';

/** Why nothing was paid, told and focused as soon as it is known. */
export function Problem({ error }: { error: unknown }) {
  const { t } = useI18n();
  const reasons = useTexts(reasonsTexts);
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (error) ref.current?.focus();
  }, [error]);

  if (!error) return null;
  const { text, id } =
    error instanceof PaymentRefused ? { text: reasons[error.reason], id: null } : describeError(error, t);
  return (
    <div ref={ref} tabIndex={-1} className="rounded-card">
      <Banner tone="danger" role="alert">
        <p>{text}</p>
        {id && <p className="text-note break-all text-muted">{t.common.errorId(id)}</p>}
      </Banner>
    </div>
  );
}
