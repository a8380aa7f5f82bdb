//! The in-memory back ends under the suites that every back end passes.
#![allow(missing_docs, reason = "tests")]
use std::sync::Arc;

use billing_core::{
    AccountWatch, ApiKeyStore, Clock, ContactStore, Currency, IdempotencyKeys, Inbox, Ledger, LedgerSettings,
    MemoryApiKeys, MemoryContacts, MemoryIdempotencyKeys, MemoryInbox, MemoryLedger, MemoryOutbox,
    MemoryPayments, MemoryQuotes, MemoryRates, PaymentStore, PaymentWatch, QuoteStore, RateStore, Stores,
};
use billing_testkit::top_ups::Backend;

async fn ledger(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<dyn Ledger> {
    Arc::new(MemoryLedger::new(settings).with_clock(clock))
}

async fn stores() -> Stores {
    Stores::in_memory(MemoryLedger::new(LedgerSettings::new(Currency::USD)))
}

async fn quotes() -> Arc<dyn QuoteStore> {
    Arc::new(MemoryQuotes::default())
}

async fn rates() -> Arc<dyn RateStore> {
    Arc::new(MemoryRates::default())
}

async fn inbox() -> Arc<dyn Inbox> {
    Arc::new(MemoryInbox::default())
}

async fn api_keys() -> Arc<dyn ApiKeyStore> {
    Arc::new(MemoryApiKeys::default())
}

async fn keys() -> Arc<dyn IdempotencyKeys> {
    Arc::new(MemoryIdempotencyKeys::default())
}

async fn outbox() -> Arc<MemoryOutbox> {
    Arc::default()
}

async fn contacts() -> Arc<dyn ContactStore> {
    Arc::new(MemoryContacts::default())
}

async fn alarms(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<MemoryLedger> {
    Arc::new(MemoryLedger::new(settings).with_clock(clock))
}

async fn watched_ledger(
    settings: LedgerSettings,
    clock: Arc<dyn Clock>,
) -> (Arc<dyn Ledger>, Arc<dyn AccountWatch>) {
    let ledger = Arc::new(MemoryLedger::new(settings).with_clock(clock));
    (Arc::<MemoryLedger>::clone(&ledger), ledger)
}

#[expect(clippy::unused_async, reason = "suites wait for what they open")]
async fn watched_payments() -> (Arc<dyn PaymentStore>, Arc<dyn PaymentWatch>) {
    let payments = Arc::new(MemoryPayments::default());
    (Arc::<MemoryPayments>::clone(&payments), payments)
}

async fn backend() -> Backend {
    Backend::new(stores().await)
}

billing_testkit::ledger_suite!(ledger);
billing_testkit::payment_store_suite!(stores);
billing_testkit::refund_store_suite!(stores);
billing_testkit::quote_store_suite!(quotes);
billing_testkit::rate_store_suite!(rates);
billing_testkit::inbox_suite!(inbox);
billing_testkit::api_key_store_suite!(api_keys);
billing_testkit::idempotency_keys_suite!(keys);
billing_testkit::outbox_suite!(outbox);
billing_testkit::contact_suite!(contacts);
billing_testkit::alarm_suite!(alarms);
billing_testkit::dispatcher_suite!(outbox);
billing_testkit::top_ups_suite!(backend);
billing_testkit::watch_suite!(watched_ledger, watched_payments);
