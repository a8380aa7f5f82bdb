import { useI18n } from '~/i18n';
import { ButtonLink } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';

export default function NotFoundPage() {
  const { t } = useI18n();
  const texts = t.common.notFound;
  return (
    <Card className="mx-auto max-w-xl">
      <PageTitle>{texts.title}</PageTitle>
      <p className="mt-2">{texts.text}</p>
      <ButtonLink variant="primary" to="/" className="mt-6">
        {texts.home}
      </ButtonLink>
    </Card>
  );
}
