import type { Page, Route } from '@playwright/test';
import type { paths } from '~/api/schema.gen';
import type { Schemas } from '~/api/schemas';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

type BodyOf<Call> = Call extends `${infer M extends Method} ${infer Path extends keyof paths}`
  ? paths[Path] extends Record<Lowercase<M>, { responses: { 200: Json<infer Body extends object> } }>
    ? Body
    : never
  : never;

type Json<Body> = { content: { 'application/json': Body } };

interface Refusal {
  status: number;
  body: Schemas['ErrorBody'];
  retryAfterSeconds?: number;
}

/** It never comes. */
export const NEVER = 'never';

/** What a call is answered in the place of the truth: something else, the truth with a change to it, or a refusal. */
type Answer<Body> = { instead: Body } | { change: Partial<Body> } | Refusal | typeof NEVER;

/** By call, as in `GET /api/billing/balance`. */
export type Answers = { [Call in `${Method} ${keyof paths}`]?: Answer<BodyOf<Call>> };

export function refusal(status: number, code: string, retryAfterSeconds?: number): Refusal {
  return {
    status,
    body: { error: 'Refused', message: 'in the words of the server', code },
    retryAfterSeconds,
  };
}

/** The server is there, and its database is not. */
export const AWAY = refusal(503, 'DATABASE_UNAVAILABLE');

/** Calls that wait for an answer. */
const held = new WeakMap<Page, Route[]>();

/** From now on calls of a page are answered so. */
export async function answer(page: Page, answers: Answers) {
  // Events tell the true balance at once.
  if ('GET /api/billing/balance' in answers) answers = { 'GET /api/billing/events': NEVER, ...answers };
  for (const [call, given] of Object.entries(answers)) {
    const [method, path = ''] = call.split(' ');
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    await page.route(
      ({ pathname }) => pattern.test(pathname),
      (route) => (route.request().method() === method ? fulfill(route, given) : route.fallback()),
    );
  }
}

/** All is true again. What waits for an answer is given up: it would be sent on otherwise. */
export async function answerTruly(page: Page) {
  await Promise.all((held.get(page) ?? []).map((route) => route.abort().catch(() => undefined)));
  held.delete(page);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
}

async function fulfill(route: Route, given: Answer<object>) {
  if (given === NEVER) return hold(route);
  if ('instead' in given) return route.fulfill({ json: given.instead });
  if ('status' in given) {
    const { status, body, retryAfterSeconds } = given;
    const headers = {
      'x-request-id': '01a2224c7d0f77a4',
      ...(retryAfterSeconds && { 'retry-after': `${retryAfterSeconds}` }),
    };
    return route.fulfill({ status, json: body, headers });
  }
  const response = await route.fetch();
  await route.fulfill({ response, json: { ...(await response.json()), ...given.change } });
}

function hold(route: Route) {
  const page = route.request().frame().page();
  held.set(page, [...(held.get(page) ?? []), route]);
}
