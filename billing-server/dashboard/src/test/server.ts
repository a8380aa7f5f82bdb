import { vi } from 'vitest';
import type { Schemas } from '~/api/schemas';

type Reply = object | ((request: Request) => object | Response | Promise<Response>) | Response;

/** Answers for `GET /path` and the like, at the border of the network: everything inside runs as it ships. */
export function stubServer(replies: Record<string, Reply>) {
  const requests: Request[] = [];
  const unanswered: string[] = [];
  vi.spyOn(window, 'fetch').mockImplementation(async (input, init) => {
    const request =
      input instanceof Request ? input : new Request(new URL(String(input), location.href), init);
    requests.push(request);
    const name = `${request.method} ${new URL(request.url).pathname}`;
    const reply = replies[name];
    if (!reply) {
      unanswered.push(name);
      return Response.json(
        { error: 'Not Found', message: 'no such route', code: 'NOT_FOUND' },
        { status: 404 },
      );
    }
    const body = typeof reply === 'function' ? await reply(request) : reply;
    return body instanceof Response ? body.clone() : Response.json(body);
  });
  return { requests, unanswered };
}

export function failure(status: number, code: string, requestId = 'req-1'): Response {
  const body = { error: 'Error', message: 'in the words of the server', code };
  return Response.json(body, { status, headers: { 'x-request-id': requestId } });
}

/** An answer that never comes. */
export const never = () => new Promise<Response>(() => undefined);

export const signedOut: Schemas['SessionState'] = {
  signed_in: false,
  account: null,
  name: null,
  email: null,
  expires_at: null,
  mode: 'serve',
  sign_in: [{ kind: 'oidc', url: '/auth/login' }],
  default_language: 'uk',
  support_email: null,
  mailbox_url: null,
};

export const signedIn: Schemas['SessionState'] = {
  ...signedOut,
  signed_in: true,
  account: 'olena',
  name: 'Олена Коваль',
  email: 'olena@example.com',
  expires_at: '2026-12-28T12:00:00Z',
};

export const balance: Schemas['Balance'] = {
  user_id: 'olena',
  balance_usd: 12.4,
  available_usd: 12.4,
  held_usd: 0,
  total_spent_usd: 7.6,
  total_requests: 120,
  daily_limit_usd: 10,
  monthly_limit_usd: 100,
  today_spent_usd: 1.2,
  month_spent_usd: 7.6,
  day_resets_at: '2026-11-28T22:00:00Z',
  month_resets_at: '2026-11-30T22:00:00Z',
  time_zone: 'Europe/Kyiv',
  pricing_tier: null,
  billing_enabled: true,
  suspended: false,
  low_balance_threshold_usd: 5,
  last_request_at: '2026-11-28T09:00:00Z',
  balance_uah: 512.24,
  exchange_rate: { usd_in_uah: '41.31', source: 'nbu', as_of: '2026-11-27T00:00:00Z' },
};
