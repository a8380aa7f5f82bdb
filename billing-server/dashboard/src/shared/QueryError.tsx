import { describeError } from '~/api/errors';
import { useI18n } from '~/i18n';
import { Button } from '~/ui/Button';
import { focusHeading } from '~/ui/Card';

interface QueryErrorProps {
  error: unknown;
  onRetry: () => void;
}

/** In the place of what could not be loaded: why, and a way to try again. */
export function QueryError({ error, onRetry }: QueryErrorProps) {
  const { t } = useI18n();
  const { text, id } = describeError(error, t);
  return (
    <div className="flex flex-col items-start gap-3">
      <p>{text}</p>
      {id && <p className="text-note break-all text-muted">{t.common.errorId(id)}</p>}
      <Button
        onClick={({ currentTarget }) => {
          focusHeading(currentTarget);
          onRetry();
        }}
      >
        {t.common.retry}
      </Button>
    </div>
  );
}
