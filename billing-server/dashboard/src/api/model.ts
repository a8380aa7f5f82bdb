import type { Day } from '~/lib/dates';
import type { Currency, Language, Micros } from '~/lib/money';

/** The API's answers as the pages use them: amounts are micros, names are short. */

export interface Session {
  signedIn: boolean;
  account: string | null;
  name: string | null;
  email: string | null;
  mode: 'sandbox' | 'serve';
  signIn: SignInWay[];
  defaultLanguage: Language;
  supportEmail: string | null;
  mailboxUrl: string | null;
}

/** `demo` signs a user of the sandbox in without a password; the others lead to an identity provider. */
export interface SignInWay {
  kind: 'oidc' | 'external' | 'demo';
  url: string;
  users?: { id: string; name: string }[] | null;
}

export interface LimitUse {
  /** Spent or held. */
  used: Micros;
  limit: Micros;
  resetsAt: string;
}

export interface ExchangeRate {
  /** An exact decimal. */
  usdInUah: string;
  source: string;
  asOf: string;
}

export interface Balance {
  /** What can be spent. */
  available: Micros;
  held: Micros;
  /** What the history adds up to. */
  posted: Micros;
  day: LimitUse;
  month: LimitUse;
  timeZone: string;
  lowThreshold: Micros;
  exchangeRate: ExchangeRate | null;
  totalCalls: number;
  lastCallAt: string | null;
  billingEnabled: boolean;
  suspended: boolean;
}

export type TransactionType = 'charge' | 'refund' | 'topup' | 'adjustment';
export type TransactionKind = 'top_up' | 'capture' | 'reversal' | 'reinstatement' | 'adjustment';

export interface Transaction {
  id: string;
  type: TransactionType;
  kind: TransactionKind;
  /** Never below zero. */
  amount: Micros;
  /** What it did to the balance. */
  change: Micros;
  balanceAfter: Micros;
  uncollected: Micros;
  late: boolean;
  wouldRefuse: string | null;
  operation: string | null;
  /** How the cost came about, as the price table tells it: unit prices go beyond micros, so it is left as it is. */
  breakdown: Readonly<Record<string, unknown>> | null;
  requestId: string | null;
  provider: string | null;
  paymentId: string | null;
  description: string;
  createdAt: string;
}

export interface HistoryPage {
  transactions: Transaction[];
  nextCursor: string | null;
}

/** The filters of the history, as its address takes them: several values stand with commas between. */
export interface HistoryFilters {
  type?: string;
  from?: string;
  to?: string;
  q?: string;
  operation?: string;
  provider?: string;
}

/** Days of the account's zone, both included. */
export interface DayRange {
  from: Day;
  to: Day;
}

export interface UsageBucket {
  day: Day;
  operation: string;
  calls: number;
  amount: Micros;
}

export interface Usage {
  from: Day;
  to: Day;
  timeZone: string;
  buckets: UsageBucket[];
}

export type PaymentStatus = 'pending' | 'processing' | 'failed' | 'canceled' | 'expired' | 'succeeded';

export interface Payment {
  id: string;
  provider: string;
  status: PaymentStatus;
  amount: Micros;
  currency: Currency;
  /** What is credited for it, in dollars. */
  credited: Micros;
  takenBack: Micros;
  failure: { code: string; message: string | null } | null;
  externalId: string | null;
  needsReview: string | null;
  checkoutUrl: string | null;
  /** Whether the provider may be asked for a receipt. */
  hasReceipt: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface Provider {
  id: string;
  kind: 'elements' | 'hosted';
  label: string;
  currency: Currency;
  min: Micros;
  max: Micros;
  presets: Micros[];
  checkoutOrigin: string | null;
  publishableKey: string | null;
}

/** A payment that was started and waits for its payer. */
export interface StartedPayment {
  id: string;
  /** The provider's page. */
  checkoutUrl: string | null;
  /** Lets its holder pay by the provider's elements: it is kept in memory alone. */
  clientSecret: string | null;
}

/** What an amount in hryvnias is credited, if it is paid in time. */
export interface Quote {
  id: string;
  amount: Micros;
  credited: Micros;
  /** Exact decimals: what one hryvnia is credited, and what one dollar was worth. */
  usdForUah: string;
  usdInUah: string;
  /** What is kept of the exchange, an exact decimal. */
  spreadPercent: string;
  validUntil: string;
}

/** Which letters to send; receipts are always sent. */
export interface Notifications {
  payment_failed: boolean;
  balance_low: boolean;
  limit_reached: boolean;
}

export interface Settings {
  dailyLimit: Micros;
  monthlyLimit: Micros;
  dailyCeiling: Micros;
  monthlyCeiling: Micros;
  timeZone: string;
  /** Null: as the deployment has it. */
  language: Language | null;
  lowThreshold: Micros;
  notifications: Notifications;
  email: string | null;
  name: string | null;
}
