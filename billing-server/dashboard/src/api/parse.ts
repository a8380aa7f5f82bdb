/** From the API's bodies to the model: the one place where numbers become micros. */
import { type Currency, toMicros } from '~/lib/money';
import type * as model from './model';
import type { Schemas } from './schemas';

/** A payment that waits for its payer: on the provider's page, or in our own with the provider's elements. */
type StartedBody = Schemas['NewFondyPayment'] | Schemas['NewStripePayment'];

export function parseSession(body: Schemas['SessionState']): model.Session {
  return {
    signedIn: body.signed_in,
    account: body.account,
    name: body.name,
    email: body.email,
    mode: body.mode,
    signIn: body.sign_in,
    defaultLanguage: body.default_language,
    supportEmail: body.support_email,
    mailboxUrl: body.mailbox_url,
  };
}

export function parseBalance(body: Schemas['Balance']): model.Balance {
  const rate = body.exchange_rate;
  return {
    available: toMicros(body.available_usd),
    held: toMicros(body.held_usd),
    posted: toMicros(body.balance_usd),
    day: {
      used: toMicros(body.today_spent_usd),
      limit: toMicros(body.daily_limit_usd),
      resetsAt: body.day_resets_at,
    },
    month: {
      used: toMicros(body.month_spent_usd),
      limit: toMicros(body.monthly_limit_usd),
      resetsAt: body.month_resets_at,
    },
    timeZone: body.time_zone,
    lowThreshold: toMicros(body.low_balance_threshold_usd),
    exchangeRate: rate ? { usdInUah: rate.usd_in_uah, source: rate.source, asOf: rate.as_of } : null,
    totalCalls: body.total_requests,
    lastCallAt: body.last_request_at,
    billingEnabled: body.billing_enabled,
    suspended: body.suspended,
  };
}

export function parseTransaction(body: Schemas['Transaction']): model.Transaction {
  return {
    id: body.id,
    type: body.type,
    kind: body.kind,
    amount: toMicros(body.amount_usd),
    change: toMicros(body.change_usd),
    balanceAfter: toMicros(body.balance_after_usd),
    uncollected: toMicros(body.uncollected_usd),
    late: body.late,
    wouldRefuse: body.would_refuse,
    operation: body.operation,
    breakdown: body.breakdown,
    requestId: body.request_id,
    provider: body.payment_provider,
    paymentId: body.payment_id,
    description: body.description,
    createdAt: body.created_at,
  };
}

export function parseHistory(body: Schemas['History']): model.HistoryPage {
  return {
    transactions: body.transactions.map(parseTransaction),
    nextCursor: body.pagination.next_cursor,
  };
}

export function parseUsage(body: Schemas['Usage']): model.Usage {
  return {
    from: body.from,
    to: body.to,
    timeZone: body.time_zone,
    // Null stands for a sum over all of them, which nobody asks for here.
    buckets: body.buckets.flatMap(({ day, operation, calls, amount_usd }) =>
      day && operation ? { day, operation, calls, amount: toMicros(amount_usd) } : [],
    ),
  };
}

export function parsePayment(body: Schemas['PaymentState']): model.Payment {
  return {
    id: body.paymentId,
    provider: body.provider,
    status: body.status,
    amount: toMicros(body.amount),
    currency: body.currency as Currency,
    credited: toMicros(body.amount_usd),
    takenBack: toMicros(body.taken_back),
    failure: body.failure ? { code: body.failure.code, message: body.failure.message ?? null } : null,
    externalId: body.externalId,
    needsReview: body.needs_review,
    checkoutUrl: body.checkout_url,
    hasReceipt: body.has_receipt,
    createdAt: body.created_at,
    updatedAt: body.updated_at,
  };
}

/** A page that a browser may be sent to. */
export function parseReceipt({ url }: Schemas['Receipt']): string {
  if (!/^https?:$/.test(new URL(url).protocol)) throw new TypeError(`not a page: ${url}`);
  return url;
}

export function parseProvider(body: Schemas['Provider']): model.Provider {
  return {
    id: body.id,
    kind: body.kind,
    label: body.label,
    currency: body.currency as Currency,
    min: toMicros(body.min),
    max: toMicros(body.max),
    presets: body.presets.map(toMicros),
    checkoutOrigin: body.checkout_origin,
    publishableKey: body.publishable_key,
  };
}

export function parseStartedPayment(body: StartedBody): model.StartedPayment {
  return {
    id: body.paymentId,
    checkoutUrl: body.paymentUrl ?? null,
    clientSecret: 'clientSecret' in body ? body.clientSecret : null,
  };
}

export function parseQuote(body: Schemas['QuoteAnswer']): model.Quote {
  return {
    id: body.quote_id,
    amount: toMicros(body.amount_uah),
    credited: toMicros(body.amount_usd),
    usdForUah: body.usd_for_uah,
    usdInUah: body.usd_in_uah,
    spreadPercent: body.spread_percent,
    validUntil: body.valid_until,
  };
}

export function parseSettings(body: Schemas['Settings']): model.Settings {
  return {
    dailyLimit: toMicros(body.daily_limit_usd),
    monthlyLimit: toMicros(body.monthly_limit_usd),
    dailyCeiling: toMicros(body.daily_limit_ceiling_usd),
    monthlyCeiling: toMicros(body.monthly_limit_ceiling_usd),
    timeZone: body.time_zone,
    language: body.language,
    lowThreshold: toMicros(body.low_balance_threshold_usd),
    notifications: body.notifications,
    email: body.email,
    name: body.name,
  };
}
