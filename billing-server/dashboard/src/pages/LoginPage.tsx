import { Navigate, useSearchParams } from 'react-router';
import { useSession } from '~/api/session';
import { QueryError } from '~/app/QueryError';
import { LanguageSwitch } from '~/app/switches';
import { useDefaultLanguage } from '~/app/useDefaultLanguage';
import { LoginNotice } from '~/features/login/LoginNotice';
import { SignInWays } from '~/features/login/SignInWays';
import { useI18n, useTexts } from '~/i18n';
import { loginTexts } from '~/i18n/login';
import { safeReturnTo } from '~/lib/navigation';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';
import { Skeleton } from '~/ui/Skeleton';

export default function LoginPage() {
  const { t } = useI18n();
  const texts = useTexts(loginTexts);
  const session = useSession();
  const [search] = useSearchParams();
  const returnTo = safeReturnTo(search.get('return_to'));
  useDefaultLanguage(session.data?.defaultLanguage);

  if (session.data?.signedIn) return <Navigate to={returnTo} replace />;
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-4 py-8">
      <LoginNotice
        failure={search.get('error')}
        signedOut={search.has('signed_out')}
        supportEmail={session.data?.supportEmail}
      />
      <Card>
        <p className="text-small font-semibold text-muted">{t.common.product}</p>
        <PageTitle>{texts.title}</PageTitle>
        <p className="mt-1 mb-6 text-muted">{texts.text}</p>
        {session.isPending && <Skeleton className="h-11 w-full" />}
        {session.isError && !session.data && (
          <QueryError error={session.error} onRetry={() => session.refetch()} retrying={session.isFetching} />
        )}
        {session.data && <SignInWays ways={session.data.signIn} returnTo={returnTo} />}
      </Card>
      <div className="self-center">
        <LanguageSwitch />
      </div>
    </main>
  );
}
