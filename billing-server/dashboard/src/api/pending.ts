/**
 * What the server answers beyond `schema.gen.ts`. Once `openapi.json` describes it, this file goes and `client.ts` takes
 * the generated `paths` alone.
 */
import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];

interface Answer<Body> {
  headers: { [name: string]: unknown };
  content: { 'application/json': Body };
}

interface Get<Query, Body> {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
  get: {
    parameters: { query?: Query; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: { 200: Answer<Body> };
  };
}

export interface SessionBody {
  signed_in: boolean;
  account: string | null;
  name: string | null;
  email: string | null;
  expires_at: string | null;
  mode: 'sandbox' | 'serve';
  sign_in: SignInBody[];
  default_language: 'uk' | 'en';
  support_email: string | null;
  mailbox_url: string | null;
}

export interface SignInBody {
  kind: 'oidc' | 'external' | 'demo';
  url: string;
  users?: { id: string; name: string }[];
}

export interface NotificationsBody {
  payment_failed: boolean;
  balance_low: boolean;
  limit_reached: boolean;
}

export interface SettingsBody extends Omit<Schemas['Settings'], 'language'> {
  language: 'uk' | 'en' | null;
  low_balance_threshold_usd: number;
  notifications: NotificationsBody;
  email: string | null;
  name: string | null;
}

export interface SettingsChangeBody {
  daily_limit_usd?: string;
  monthly_limit_usd?: string;
  time_zone?: string;
  language?: 'uk' | 'en' | null;
  low_balance_threshold_usd?: string;
  notifications?: Partial<NotificationsBody>;
}

export interface BalanceBody extends Omit<Schemas['Balance'], 'low_balance_threshold_usd'> {
  low_balance_threshold_usd: number;
}

export interface UsageBody {
  from: string;
  to: string;
  time_zone: string;
  buckets: { day: string; operation: string; calls: number; amount_usd: number }[];
}

export interface PaymentBody extends Omit<Schemas['PaymentState'], 'checkout_url'> {
  checkout_url?: string | null;
  receipt_url?: string | null;
  exchange_rate?: string | null;
}

export interface HistoryQuery {
  limit?: number;
  cursor?: string;
  type?: string;
  from?: string;
  to?: string;
  q?: string;
  operation?: string;
  provider?: string;
}

/** The filters of the history. */
export type HistoryFilters = Omit<HistoryQuery, 'limit' | 'cursor'>;

/** Days of the account's zone, both included. */
export interface DayRange {
  from: string;
  to: string;
}

interface PendingPaths {
  '/auth/session': Get<never, SessionBody>;
  '/auth/logout': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: { 204: { headers: { [name: string]: unknown }; content?: never } };
    };
  };
  '/api/billing/balance': Get<never, BalanceBody>;
  '/api/billing/usage': Get<{ from?: string; to?: string; group?: string }, UsageBody>;
  '/api/billing/history': Get<HistoryQuery, Schemas['History']>;
  '/api/billing/payments': Get<{ status?: string; limit?: number }, { payments: PaymentBody[] }>;
  '/api/billing/payment/{provider}/{paymentId}/status': Omit<Get<never, PaymentBody>, 'get'> & {
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: { provider: string; paymentId: string };
        cookie?: never;
      };
      requestBody?: never;
      responses: { 200: Answer<PaymentBody> };
    };
  };
  '/api/billing/settings': Get<never, SettingsBody> & {
    put: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { 'application/json': SettingsChangeBody } };
      responses: { 200: Answer<SettingsBody> };
    };
  };
}

export type Paths = Omit<paths, keyof PendingPaths> & PendingPaths;
