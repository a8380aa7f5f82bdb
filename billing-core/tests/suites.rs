//! The in-memory back ends under the suites that every back end passes.
#![allow(missing_docs, reason = "tests")]
use std::sync::Arc;

use billing_core::{
    Clock, Currency, Ledger, LedgerSettings, MemoryLedger, MemoryOutbox, MemoryPayments, Outbox, PaymentStore,
};
use billing_testkit::top_ups::Backend;

mod ledger {
    use super::{Arc, Clock, Ledger, LedgerSettings, MemoryLedger};

    async fn open(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<dyn Ledger> {
        Arc::new(MemoryLedger::new(settings).with_clock(clock))
    }

    billing_testkit::ledger_suite!(open);
}

mod payments {
    use super::{Arc, MemoryPayments, PaymentStore};

    async fn open() -> Arc<dyn PaymentStore> {
        Arc::new(MemoryPayments::default())
    }

    billing_testkit::payment_store_suite!(open);
}

mod refunds {
    use billing_core::Stores;

    use super::{Currency, LedgerSettings, MemoryLedger};

    async fn open() -> Stores {
        Stores::in_memory(MemoryLedger::new(LedgerSettings::new(Currency::USD)))
    }

    billing_testkit::refund_store_suite!(open);
}

mod quotes {
    use billing_core::{MemoryQuotes, QuoteStore};

    use super::Arc;

    async fn open() -> Arc<dyn QuoteStore> {
        Arc::new(MemoryQuotes::default())
    }

    billing_testkit::quote_store_suite!(open);
}

mod rates {
    use billing_core::{MemoryRates, RateStore};

    use super::Arc;

    async fn open() -> Arc<dyn RateStore> {
        Arc::new(MemoryRates::default())
    }

    billing_testkit::rate_store_suite!(open);
}

mod inbox {
    use billing_core::{Inbox, MemoryInbox};

    use super::Arc;

    async fn open() -> Arc<dyn Inbox> {
        Arc::new(MemoryInbox::default())
    }

    billing_testkit::inbox_suite!(open);
}

mod keys {
    use billing_core::{IdempotencyKeys, MemoryIdempotencyKeys};

    use super::Arc;

    async fn open() -> Arc<dyn IdempotencyKeys> {
        Arc::new(MemoryIdempotencyKeys::default())
    }

    billing_testkit::idempotency_keys_suite!(open);
}

mod outbox {
    use super::{Arc, MemoryOutbox, Outbox};

    async fn open() -> Arc<dyn Outbox> {
        Arc::new(MemoryOutbox::default())
    }

    billing_testkit::outbox_suite!(open);
}

mod top_ups {
    use billing_core::Stores;

    use super::{Backend, Currency, LedgerSettings, MemoryLedger};

    async fn open() -> Backend {
        Backend::new(Stores::in_memory(MemoryLedger::new(LedgerSettings::new(Currency::USD))))
    }

    billing_testkit::top_ups_suite!(open);
}
