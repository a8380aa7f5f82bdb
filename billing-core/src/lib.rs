//! Prepaid billing: money, the ledger and its rules, payment gateways, prices and notifications, as traits with an
//! in-memory back end. Everything that talks to a database, a provider or a network is an adapter in a crate of its
//! own.
//!
//! # Example
//! ```
//! use billing_core::{
//!     AccountId, Authorize, Capture, Currency, HoldId, Ledger, LedgerSettings, MemoryLedger, Money, Operation,
//!     PostingId, TopUp,
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ledger = MemoryLedger::new(LedgerSettings::new(Currency::USD));
//! let account = AccountId::new("acme")?;
//! let usd = |text| Money::parse(text, Currency::USD);
//! ledger.top_up(TopUp::new(PostingId::new(), account.clone(), usd("10")?, "stripe")).await?;
//!
//! let hold = HoldId::new();
//! let search = Operation::new("search")?;
//! ledger.authorize(Authorize::new(hold, account.clone(), usd("0.05")?, search)).await?;
//! // … the call runs, and costs less than was held …
//! ledger.capture(Capture::new(account.clone(), hold, usd("0.0024")?)).await?;
//!
//! assert_eq!(ledger.account(&account).await?.available(), usd("9.9976")?);
//! # Ok(())
//! # }
//! ```
//!
//! # The traits
//! | Trait | What it is | Back ends |
//! |---|---|---|
//! | [`Ledger`] | balances, holds, postings | [`MemoryLedger`], `billing-sqlx` |
//! | [`PaymentGateway`] | a payment provider | `billing-stripe`, `billing-fondy` |
//! | [`PaymentStore`] | payments and what was taken back of them | [`MemoryPayments`], `billing-sqlx` |
//! | [`RefundStore`] | refunds that operators ask for | [`MemoryRefunds`], `billing-sqlx` |
//! | [`Inbox`] | webhooks as they came in | [`MemoryInbox`], `billing-sqlx` |
//! | [`QuoteStore`] | what payments in other currencies will be credited | [`MemoryQuotes`], `billing-sqlx` |
//! | [`ApiKeyStore`] | keys that services call with | [`MemoryApiKeys`], `billing-sqlx` |
//! | [`IdempotencyKeys`] | which payment a caller's key stands for | [`MemoryIdempotencyKeys`], `billing-sqlx` |
//! | [`Outbox`], [`Deliveries`] | messages on their way | [`MemoryOutbox`], `billing-sqlx` |
//! | [`ContactStore`] | how owners of accounts are told, and of what | [`MemoryContacts`], `billing-sqlx` |
//! | [`BalanceAlarms`] | whose money runs out | [`MemoryLedger`], `billing-sqlx` |
//! | [`AccountWatch`], [`PaymentWatch`] | what changes of many accounts | [`MemoryLedger`], [`MemoryPayments`], `billing-sqlx` |
//! | [`Notifier`] | who tells them | `billing-email` |
//! | [`CostEstimator`] | what a call may cost | [`PriceTable`], [`SharedPrices`] |
//! | [`ExchangeRates`] | currency exchange | [`FixedRates`] |
//! | [`RateStore`] | the rates that were last told | [`MemoryRates`], `billing-sqlx` |
//! | [`Clock`] | the time | [`SystemClock`], [`ManualClock`] |
//!
//! [`TopUps`] drives payments from any gateway into the ledger, [`Dispatcher`] brings messages to their readers, and
//! [`Alerts`] tells of low balances.
//!
//! # What this crate is not
//! It has no HTTP client, database or runtime in its dependency tree, and no accounting beyond prepaid balances: no
//! invoices, taxes or subscriptions.
mod alerts;
mod api_key;
mod clock;
mod exchange;
mod gateway;
mod id;
mod inbox;
mod ledger;
mod memory;
mod money;
mod notification;
mod payment;
mod price;
mod quote;
mod time_zone;
mod top_ups;
mod watch;

pub use alerts::{AlertError, AlertingLedger, Alerts, BalanceAlarms, LowBalance};
pub use api_key::{ApiKey, ApiKeyStore, KeyHash, KeyName, KeyScope};
pub use clock::{Clock, ManualClock, SystemClock};
pub use exchange::{ExchangeRates, FixedRates, Rate, RateStore, RatesError};
pub use gateway::{
    Capabilities, Checkout, CheckoutKind, CreatePayment, Failure, GatewayError, PaymentGateway, PaymentRef,
    PaymentSnapshot, PaymentStatus, Refund, TakeBack, TakeBackKind, WebhookContent, WebhookEvent,
    WebhookReply, WebhookRequest,
};
pub use id::{
    AccountId, ApiKeyId, HoldId, InvalidName, Operation, PaymentId, PostingId, QuoteId, RefundId, WebhookId,
};
pub use inbox::{Inbox, InboxQuery, MOST_REJECTED_AN_HOUR, StoredWebhook, WebhookState};
pub use ledger::{
    Account, AccountChange, Adjust, Audit, Authorization, Authorize, BalanceAlarm, BookAccount, Breakdown,
    Capture, Charge, Cursor, Difference, Extend, HistoryQuery, Hold, HoldState, HouseAccount,
    InvalidBreakdown, Ledger, LedgerError, LedgerSettings, LimitExceeded, ObservedRefusals, Page, Period,
    Posting, PostingKind, RefusalReason, Reverse, SpendWindow, TopUp, UnknownWord, UsageBucket, UsageQuery,
    Void, rules,
};
pub use memory::{
    MemoryApiKeys, MemoryContacts, MemoryIdempotencyKeys, MemoryInbox, MemoryLedger, MemoryOutbox,
    MemoryPayments, MemoryQuotes, MemoryRates, MemoryRefunds,
};
pub use money::{AmountError, Currency, JsonAmount, Money, Residue, UnknownCurrency};
pub use notification::{
    Audience, BillingEvent, Contact, ContactChange, ContactStore, Deliveries, DeliveryOutcome,
    DispatchSettings, Dispatched, Dispatcher, Language, Message, MessageState, Notification, Notifier,
    NotifyError, Outbox, OutboxEntry, OutboxQuery, Sighting,
};
pub use payment::{
    Accepted, Claim, Exchange, IdempotencyKeys, Observation, Opening, Payment, PaymentQuery, PaymentStore,
    RefundState, RefundStore, Review, StoreError, StoredRefund, TakenBack,
};
pub use price::{
    Call, CostEstimator, Estimate, EstimateError, Needs, PriceTable, PriceTableError, Profile, Profiles,
    SharedPrices,
};
pub use quote::{Quote, QuoteStore, QuoteTerms};
pub use time_zone::{TimeZone, UnknownTimeZone};
pub use top_ups::{
    Acceptance, Applied, EnteredDispute, NewRefund, PaymentNews, Received, Reconciled, StartTopUp, Started,
    Stores, TopUpError, TopUps,
};
pub use watch::{AccountWatch, PaymentWatch};

/// A boxed error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
