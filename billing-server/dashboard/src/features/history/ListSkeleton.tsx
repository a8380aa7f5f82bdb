import { useI18n } from '~/i18n';
import { Skeleton } from '~/ui/Skeleton';

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function ListSkeleton() {
  const { t } = useI18n();
  return (
    <div className="grid gap-3 py-2">
      <span className="sr-only">{t.common.loading}</span>
      {ROWS.map((row) => (
        <Skeleton key={row} className="h-20 sm:h-10" />
      ))}
    </div>
  );
}
