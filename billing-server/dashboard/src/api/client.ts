import createClient from 'openapi-fetch';
import { ApiError, errorOf } from './errors';
import type { paths } from './schema.gen';

export const client = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  fetch: (request) => window.fetch(request),
});

/** Tells our own writes from forged ones: another site can't set it. */
export const MARK = { 'X-Requested-With': 'billing-dashboard' };

client.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-Requested-With', MARK['X-Requested-With']);
    return request;
  },
});

interface Outcome<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; everything else is an `ApiError`. */
export async function answer<Body>(call: Promise<Outcome<Body>>): Promise<Body> {
  const outcome = await call.catch((error: unknown) => {
    throw unanswered(error);
  });
  if (!outcome.response.ok) throw errorOf(outcome.response, outcome.error);
  return outcome.data as Body;
}

function unanswered(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  // What is not JSON fails to be read as such: a proxy's page, or an answer that was cut off.
  if (error instanceof SyntaxError) return new ApiError(0, 'UNREADABLE_ANSWER', error.message);
  return new ApiError(0, 'NETWORK', error instanceof Error ? error.message : String(error));
}
