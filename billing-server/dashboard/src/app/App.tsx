import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, Suspense } from 'react';
import { Route, Routes, useLocation } from 'react-router';
import { I18nProvider } from '~/i18n';
import { ErrorBoundary } from '~/shared/ErrorBoundary';
import { Announcer } from '~/ui/Announcer';
import { RequireSession } from './RequireSession';
import { OPEN_PAGES, PAGES } from './routes';

/** Everything but the router, which tests bring their own of. */
export function App({ queryClient }: { queryClient: QueryClient }) {
  return (
    <QueryClientProvider client={queryClient}>
      <I18nProvider>
        <Routes>
          {OPEN_PAGES.map(({ path, page: Page }) => (
            <Route
              key={path}
              path={path}
              element={
                <Bounded>
                  <Page />
                </Bounded>
              }
            />
          ))}
          <Route element={<RequireSession />}>
            {PAGES.map(({ path, page: Page }) => (
              <Route
                key={path}
                path={path}
                element={
                  <Bounded>
                    <Page />
                  </Bounded>
                }
              />
            ))}
          </Route>
        </Routes>
        <Announcer />
      </I18nProvider>
    </QueryClientProvider>
  );
}

function Bounded({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary key={pathname}>
      <Suspense fallback={null}>{children}</Suspense>
    </ErrorBoundary>
  );
}
