import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import { keys } from '~/api/keys';
import { useSession } from '~/api/session';
import { LoginNotice } from '~/features/login/LoginNotice';
import { SignInWays } from '~/features/login/SignInWays';
import { useI18n, useTexts } from '~/i18n';
import { loginTexts } from '~/i18n/login';
import { safeReturnTo } from '~/lib/navigation';
import { hearTabs } from '~/lib/tabs';
import { QueryError } from '~/shared/QueryError';
import { LanguageSwitch } from '~/shared/switches';
import { useDefaultLanguage } from '~/shared/useDefaultLanguage';
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

  // A session may end on its own, without a page load: nothing of its account is to be found by the next.
  const cache = useQueryClient();
  const isOut = session.data?.signedIn === false;
  useEffect(() => {
    if (isOut) cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
  }, [cache, isOut]);

  // Who has signed in in another tab need not do it here again.
  const { refetch } = session;
  useEffect(
    () =>
      hearTabs((account) => {
        if (account !== null) refetch();
      }),
    [refetch],
  );

  if (session.data?.signedIn) return <Navigate to={returnTo} replace />;
  return (
    <main
      // Not centred by its height: the card would move once the ways to sign in are known. And who turns out to be
      // signed in goes on, and is not to see this page flash by.
      className={`mx-auto flex min-h-dvh max-w-md flex-col gap-4 px-4 pt-[max(2rem,16dvh)] pb-8 ${session.isPending ? 'appear-late' : ''}`}
    >
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
          <QueryError error={session.error} onRetry={() => session.refetch()} />
        )}
        {session.data && <SignInWays ways={session.data.signIn} returnTo={returnTo} />}
      </Card>
      <div className="self-center">
        <LanguageSwitch />
      </div>
    </main>
  );
}
