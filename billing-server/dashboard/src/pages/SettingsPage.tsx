import { useSettings } from '~/api/settings';
import { SettingsForms } from '~/features/settings/SettingsForms';
import { useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { Loading } from '~/shared/Loading';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';
import { Skeleton } from '~/ui/Skeleton';

export default function SettingsPage() {
  const texts = useTexts(settingsTexts);
  const query = useSettings();
  return (
    <div className="mx-auto grid max-w-2xl gap-6">
      <PageTitle>{texts.title}</PageTitle>
      {query.data && <SettingsForms settings={query.data} />}
      {query.isPending && <Placeholders />}
      {query.isError && !query.data && (
        <Card>
          <QueryError error={query.error} onRetry={() => query.refetch()} />
        </Card>
      )}
    </div>
  );
}

/** As high as the sections will be. */
function Placeholders() {
  const texts = useTexts(settingsTexts);
  return (
    <Loading>
      <Card title={texts.limits.title}>
        <Skeleton className="h-72" />
      </Card>
      <Card title={texts.warnings.title}>
        <Skeleton className="h-80" />
      </Card>
      <Card title={texts.region.title}>
        <Skeleton className="h-60" />
      </Card>
      <Card title={texts.account.title}>
        <Skeleton className="h-28" />
      </Card>
    </Loading>
  );
}
