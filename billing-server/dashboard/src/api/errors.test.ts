import { describe, expect, it } from 'vitest';
import { en } from '~/i18n/en';
import { uk } from '~/i18n/uk';
import { failure, stubServer } from '~/test/server';
import { answer, client, MARK } from './client';
import { ApiError, describeError } from './errors';

const ask = () => answer(client.GET('/api/billing/balance'));

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('an error of the API', () => {
  it('is told by its code, in both languages', async () => {
    stubServer({ 'GET /api/billing/balance': failure(503, 'STARTING', 'req-9') });
    const error = await failureOf(ask());
    expect(describeError(error, uk)).toEqual({
      text: 'Сервер запускається. Спробуйте за хвилину.',
      id: 'req-9',
    });
    expect(describeError(error, en).text).toBe('The server is starting. Please try again in a minute.');
    expect(error.isRetryable).toBe(true);
  });

  it('is told in the server’s words when its code is new', async () => {
    stubServer({ 'GET /api/billing/balance': failure(422, 'BRAND_NEW') });
    const error = await failureOf(ask());
    expect(describeError(error, uk).text).toBe('in the words of the server');
    expect(error.isRetryable).toBe(false);
  });

  it('keeps when to ask again, and what else was said', async () => {
    const body = {
      error: 'Daily limit exceeded',
      message: 'm',
      code: 'RATE_LIMITED',
      limits: { daily_limit: 10 },
    };
    const reply = Response.json(body, { status: 429, headers: { 'retry-after': '42' } });
    stubServer({ 'GET /api/billing/balance': reply });
    const error = await failureOf(ask());
    expect(error.retryAfterSeconds).toBe(42);
    expect(error.details).toEqual({ limits: { daily_limit: 10 } });
  });

  it('is one even when the answer is a proxy’s page', async () => {
    stubServer({ 'GET /api/billing/balance': new Response('<h1>Bad Gateway</h1>', { status: 502 }) });
    const error = await failureOf(ask());
    expect([error.status, error.code, error.isRetryable]).toEqual([502, 'HTTP_502', true]);
  });

  it('is one when nothing answers', async () => {
    stubServer({ 'GET /api/billing/balance': () => Promise.reject(new TypeError('Failed to fetch')) });
    const error = await failureOf(ask());
    expect(describeError(error, en).text).toContain('could not be reached');
    expect(error.isRetryable).toBe(true);
  });

  it('is one when a good answer is cut off', async () => {
    stubServer({ 'GET /api/billing/balance': new Response('{"balance_usd": 1', { status: 200 }) });
    const error = await failureOf(ask());
    expect(error.code).toBe('UNREADABLE_ANSWER');
  });
});

describe('a request', () => {
  it('that writes carries the mark of this page, and one that reads does not', async () => {
    const { requests } = stubServer({
      'GET /api/billing/balance': {},
      'POST /auth/logout': new Response(null, { status: 204 }),
    });
    await ask();
    await answer(client.POST('/auth/logout', { params: { header: MARK } }));
    expect(requests.map((request) => request.headers.get('x-requested-with'))).toEqual([
      null,
      'billing-dashboard',
    ]);
    expect(requests.map((request) => request.credentials)).toEqual(['same-origin', 'same-origin']);
  });
});

it('what was not foreseen is told without its insides', () => {
  expect(describeError(new TypeError('x is undefined'), uk)).toEqual({ text: uk.errors.unknown, id: null });
});
