import { Suspense, useDeferredValue } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '~/api/session';
import { useI18n } from '~/i18n';
import { loginPath } from '~/lib/navigation';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import { QueryError } from '~/shared/QueryError';
import { useDefaultLanguage } from '~/shared/useDefaultLanguage';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';
import { Layout } from './routes';

/** The pages behind the sign-in, and the way back to them. */
export function RequireSession() {
  const { t } = useI18n();
  const query = useSession();
  const { pathname, search } = useLocation();
  // The first answer brings nearly the whole page: drawn in slices, between which it answers to touches.
  const session = useDeferredValue(query.data);
  useDefaultLanguage(session?.defaultLanguage);

  if (session && !session.signedIn) return <Navigate to={loginPath(pathname + search)} replace />;
  if (query.isError && !query.data) {
    return (
      <main className="mx-auto max-w-xl px-4 py-16">
        <Card>
          <PageTitle hidden>{t.common.crash.title}</PageTitle>
          <QueryError error={query.error} onRetry={() => query.refetch()} />
        </Card>
      </main>
    );
  }
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <Layout session={session}>
          <Outlet />
        </Layout>
      </Suspense>
    </ErrorBoundary>
  );
}
