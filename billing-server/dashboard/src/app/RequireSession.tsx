import { lazy, Suspense } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '~/api/session';
import { useI18n } from '~/i18n';
import { loginPath } from '~/lib/navigation';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import { QueryError } from '~/shared/QueryError';
import { useDefaultLanguage } from '~/shared/useDefaultLanguage';
import { Card } from '~/ui/Card';
import { PageTitle } from '~/ui/PageTitle';

// Loaded while the session is asked for: the sign-in needs none of it.
const Layout = lazy(() => import('./Layout'));

/** The pages behind the sign-in, and the way back to them. */
export function RequireSession() {
  const { t } = useI18n();
  const session = useSession();
  const { pathname, search } = useLocation();
  useDefaultLanguage(session.data?.defaultLanguage);

  if (session.data && !session.data.signedIn) return <Navigate to={loginPath(pathname + search)} replace />;
  if (session.isError && !session.data) {
    return (
      <main className="mx-auto max-w-xl px-4 py-16">
        <Card>
          <PageTitle hidden>{t.common.crash.title}</PageTitle>
          <QueryError error={session.error} onRetry={() => session.refetch()} />
        </Card>
      </main>
    );
  }
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <Layout session={session.data}>
          <Outlet />
        </Layout>
      </Suspense>
    </ErrorBoundary>
  );
}
