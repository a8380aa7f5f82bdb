//! What every back end and adapter of `billing` has to do, as tests that any of them can run, and simulators of the
//! payment providers that speak HTTP.
//!
//! # Suites
//! A suite is a macro that takes a function which opens a fresh back end, and makes one test of each rule:
//!
//! ```
//! use std::sync::Arc;
//!
//! use billing_core::{Clock, Ledger, LedgerSettings, MemoryLedger};
//!
//! async fn open(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<dyn Ledger> {
//!     Arc::new(MemoryLedger::new(settings).with_clock(clock))
//! }
//!
//! billing_testkit::ledger_suite!(open);
//! # fn main() {}
//! ```
//!
//! | Suite | Rules of |
//! |---|---|
//! | [`ledger_suite!`] | [`Ledger`](billing_core::Ledger) |
//! | [`payment_store_suite!`] | [`PaymentStore`](billing_core::PaymentStore) |
//! | [`refund_store_suite!`] | [`RefundStore`](billing_core::RefundStore) |
//! | [`quote_store_suite!`] | [`QuoteStore`](billing_core::QuoteStore) |
//! | [`rate_store_suite!`] | [`RateStore`](billing_core::RateStore) |
//! | [`inbox_suite!`] | [`Inbox`](billing_core::Inbox) |
//! | [`api_key_store_suite!`] | [`ApiKeyStore`](billing_core::ApiKeyStore) |
//! | [`idempotency_keys_suite!`] | [`IdempotencyKeys`](billing_core::IdempotencyKeys) |
//! | [`outbox_suite!`] | [`Outbox`](billing_core::Outbox) and [`Deliveries`](billing_core::Deliveries) |
//! | [`contact_suite!`] | [`ContactStore`](billing_core::ContactStore) |
//! | [`alarm_suite!`] | [`BalanceAlarms`](billing_core::BalanceAlarms) of a ledger, and [`Alerts`](billing_core::Alerts) on them |
//! | [`dispatcher_suite!`] | [`Dispatcher`](billing_core::Dispatcher) on an outbox |
//! | [`watch_suite!`] | [`AccountWatch`](billing_core::AccountWatch), [`PaymentWatch`](billing_core::PaymentWatch) |
//! | [`top_ups_suite!`] | [`TopUps`](billing_core::TopUps) on a back end |
//!
//! The tests need tokio's features `macros` and `rt-multi-thread` where they are made. Counts are a fifth of the whole
//! ones unless the environment variable `SOAK` is set.
//!
//! # Fakes
//! [`FakeNotifier`](notifier::FakeNotifier) keeps what it is given to tell, and fails as it is told to.
//!
//! # Simulators
//! Behind the feature `simulators`. Each is an outside party on a port of its own, and shares no code with the adapters
//! that are tested against it:
//!
//! | Simulator | Plays |
//! |---|---|
//! | `simulators::stripe::StripeSimulator` | Stripe: payments, refunds, disputes, webhooks |
//! | `simulators::fondy::FondySimulator` | Fondy and its relatives: orders, reversals, callbacks |
//! | `simulators::bank::BankSimulator` | the National Bank of Ukraine's exchange rates |
//!
//! # Features
//! | Feature | Gives |
//! |---|---|
//! | `processes` | running a program that is tested, on a database of its own |
//! | `simulators` | the simulated payment providers and the bank |
//!
//! This crate is for tests and for the sandbox: it panics where a rule is broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a broken rule is told by a panic: that is what a test does"
)]
pub mod alarms;
pub mod api_keys;
pub mod contacts;
pub mod dispatcher;
pub mod inbox;
pub mod keys;
pub mod ledger;
pub mod notifier;
pub mod outbox;
pub mod payments;
#[cfg(feature = "processes")]
pub mod processes;
pub mod quotes;
pub mod rates;
pub mod refunds;
#[cfg(feature = "simulators")]
pub mod simulators;
pub mod top_ups;
pub mod watch;

/// How many rounds a test runs: `whole` in a soak (`SOAK` is set), a fifth of it else, at least one.
pub fn rounds(whole: u32) -> u32 {
    if std::env::var_os("SOAK").is_some() { whole } else { (whole / 5).max(1) }
}

/// Runs everything at once, each on a task of its own, and answers in order.
pub(crate) async fn at_once<F>(work: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let tasks: Vec<_> = work.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}
