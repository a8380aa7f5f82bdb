import { useQuery } from '@tanstack/react-query';
import { answer, client } from './client';
import { keys } from './keys';
import { parseSession } from './parse';

const FIVE_MINUTES_MS = 5 * 60_000;

/** Who is signed in, and how to sign in. */
export function useSession() {
  return useQuery({
    queryKey: keys.session,
    queryFn: async ({ signal }) => parseSession(await answer(client.GET('/auth/session', { signal }))),
    staleTime: FIVE_MINUTES_MS,
  });
}
