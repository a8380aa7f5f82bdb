import { useI18n } from '~/i18n';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';

interface CrashPageProps {
  details: string;
  onReload: () => void;
}

/** In the place of a page that broke. */
export function CrashPage({ details, onReload }: CrashPageProps) {
  const { t } = useI18n();
  const texts = t.common.crash;
  return (
    <Card className="mx-auto max-w-xl">
      <PageTitle>{texts.title}</PageTitle>
      <p className="mt-2">{texts.text}</p>
      <p className="mt-4 text-note text-muted">
        {texts.details}: <code className="break-all">{details}</code>
      </p>
      <Button variant="primary" className="mt-6" onClick={onReload}>
        {texts.reload}
      </Button>
    </Card>
  );
}
