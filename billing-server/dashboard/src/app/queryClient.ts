import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isUnauthorized } from '~/api/errors';
import { keys } from '~/api/keys';
import type { Session } from '~/api/model';

const MOST_RETRIES = 2;

export function createQueryClient(): QueryClient {
  // Wherever a session turns out to have ended, the pages learn it and lead to the sign-in.
  const signOutOn401 = (error: unknown) => {
    if (!isUnauthorized(error)) return;
    client.setQueryData<Session>(keys.session, (session) => session && { ...session, signedIn: false });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signOutOn401 }),
    mutationCache: new MutationCache({ onError: signOutOn401 }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < MOST_RETRIES && error instanceof ApiError && error.isRetryable,
      },
    },
  });
  return client;
}
