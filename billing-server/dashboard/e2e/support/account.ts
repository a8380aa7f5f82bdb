import { randomUUID } from 'node:crypto';
import { expect } from '@playwright/test';
import type { Server } from './server';

interface HistoryLine {
  id: string;
  type: string;
  change_usd: number;
  operation: string | null;
  created_at: string;
}

/** The demo user beside the browser: what a program does with the token. */
export class Account {
  constructor(private readonly server: Server) {}

  /** Runs a tool, which costs what the sandbox's prices say. Answers the status. */
  async call(tool: string, body: object = {}): Promise<number> {
    const response = await this.#send('POST', `/api/tools/${tool}`, body);
    await response.arrayBuffer();
    return response.status;
  }

  /** Several calls, one after the other: their order is that of the history. */
  async calls(count: number, tool: string) {
    for (let n = 0; n < count; n += 1) expect(await this.call(tool)).toBe(200);
  }

  /** Money by way of the simulated Stripe, as after a payment. */
  async topUp(amountUsd: string) {
    const before = await this.available();
    const created = await this.#json<{ paymentIntentId: string }>(
      'POST',
      '/api/billing/payment/stripe/create',
      { amount_usd: amountUsd },
      { 'idempotency-key': randomUUID() },
    );
    const paid = await fetch(
      new URL(`/_control/payment_intents/${created.paymentIntentId}/pay`, this.server.stripeUrl),
      { method: 'POST' },
    );
    expect(paid.status).toBe(200);
    // The webhook is on its way.
    await expect.poll(() => this.available()).toBeCloseTo(before + Number(amountUsd), 6);
  }

  async available(): Promise<number> {
    return (await this.#json<{ available_usd: number }>('GET', '/api/billing/balance')).available_usd;
  }

  changeSettings(change: object): Promise<object> {
    return this.#json('PUT', '/api/billing/settings', change);
  }

  payments(
    status: string,
  ): Promise<{ payments: { paymentId: string; status: string; amount_usd: number }[] }> {
    return this.#json('GET', `/api/billing/payments?status=${status}&limit=20`);
  }

  /** The whole history for a query, page after page. */
  async history(query = ''): Promise<HistoryLine[]> {
    const lines: HistoryLine[] = [];
    let cursor: string | null = null;
    do {
      const search = new URLSearchParams(query);
      search.set('limit', '100');
      if (cursor) search.set('cursor', cursor);
      const page: { transactions: HistoryLine[]; pagination: { next_cursor: string | null } } =
        await this.#json('GET', `/api/billing/history?${search}`);
      lines.push(...page.transactions);
      cursor = page.pagination.next_cursor;
    } while (cursor);
    return lines;
  }

  async #json<Body>(method: string, path: string, body?: object, headers = {}): Promise<Body> {
    const response = await this.#send(method, path, body, headers);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  #send(method: string, path: string, body?: object, headers = {}): Promise<Response> {
    return fetch(new URL(path, this.server.url), {
      method,
      headers: {
        authorization: `Bearer ${this.server.token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
  }
}
