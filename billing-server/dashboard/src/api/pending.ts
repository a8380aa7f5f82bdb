/**
 * What the server answers beyond `schema.gen.ts`. Once `openapi.json` describes it, this file goes and `client.ts` takes
 * the generated `paths` alone.
 */
import type { DayRange, HistoryFilters, Notifications, SignInWay } from './model';
import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];
type Balance = Schemas['Balance'];
type PaymentState = Schemas['PaymentState'];
type Settings = Schemas['Settings'];

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
  sign_in: SignInWay[];
  default_language: 'uk' | 'en';
  support_email: string | null;
  mailbox_url: string | null;
}

export interface SettingsBody extends Settings {
  language: 'uk' | 'en' | null;
  low_balance_threshold_usd: number;
  notifications: Notifications;
  email: string | null;
  name: string | null;
}

export interface SettingsChangeBody {
  daily_limit_usd?: string;
  monthly_limit_usd?: string;
  time_zone?: string;
  language?: 'uk' | 'en' | null;
  low_balance_threshold_usd?: string;
  notifications?: Partial<Notifications>;
}

export interface BalanceBody extends Balance {
  low_balance_threshold_usd: number;
}

export interface UsageBody {
  from: string;
  to: string;
  time_zone: string;
  buckets: { day: string; operation: string; calls: number; amount_usd: number }[];
}

export interface PaymentBody extends PaymentState {
  checkout_url?: string | null;
  receipt_url?: string | null;
  exchange_rate?: string | null;
}

/** A payment to start, with any provider: in the currency that it takes. */
export interface NewPaymentBody {
  amount_usd?: string;
  amount_uah?: string;
  quote_id?: string;
}

/** A payment that waits for its payer: on the provider's page, or in our own with the provider's elements. */
export interface StartedPaymentBody {
  paymentId: string;
  paymentUrl?: string | null;
  clientSecret?: string | null;
}

interface HistoryQuery extends HistoryFilters {
  limit?: number;
  cursor?: string;
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
  '/api/billing/usage': Get<Partial<DayRange> & { group?: string }, UsageBody>;
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
  '/api/billing/payment/{provider}/create': Omit<Get<never, never>, 'get'> & {
    post: {
      parameters: {
        query?: never;
        header: { 'Idempotency-Key': string };
        path: { provider: string };
        cookie?: never;
      };
      requestBody: { content: { 'application/json': NewPaymentBody } };
      responses: { 200: Answer<StartedPaymentBody> };
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
