import { useI18n } from '~/i18n';

interface FreshnessProps {
  query: { isFetching: boolean; isError: boolean; dataUpdatedAt: number };
}

/** Beside data that stays while newer is asked for: that it is, or of when the data are. */
export function Freshness({ query }: FreshnessProps) {
  const { t, moment } = useI18n();
  if (query.dataUpdatedAt === 0) return null;
  if (query.isFetching) return <span className="appear-late text-note text-muted">{t.common.updating}</span>;
  if (!query.isError) return null;
  const time = moment(new Date(query.dataUpdatedAt).toISOString(), 'time');
  return <span className="text-note text-muted">{t.common.asOf(time)}</span>;
}
