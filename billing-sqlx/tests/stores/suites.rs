macro_rules! suites {
    ($store:path) => {
        use std::sync::Arc;

        use billing_core::{
            Clock, Currency, IdempotencyKeys, Ledger, LedgerSettings, Outbox, PaymentStore, Stores,
            SystemClock,
        };
        use billing_testkit::top_ups::Backend;

        async fn ledger(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<dyn Ledger> {
            Arc::new($store(settings).await.0.with_clock(clock))
        }

        async fn payments() -> Arc<dyn PaymentStore> {
            Arc::new($store(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn keys() -> Arc<dyn IdempotencyKeys> {
            Arc::new($store(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn outbox() -> Arc<dyn Outbox> {
            Arc::new($store(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn backend() -> Backend {
            let store = $store(LedgerSettings::new(Currency::USD)).await.0.with_clock(Arc::new(SystemClock));
            Backend::new(Stores::of(&Arc::new(store)))
        }

        billing_testkit::ledger_suite!(ledger);
        billing_testkit::payment_store_suite!(payments);
        billing_testkit::idempotency_keys_suite!(keys);
        billing_testkit::outbox_suite!(outbox);
        billing_testkit::top_ups_suite!(backend);
    };
}

mod postgres {
    suites!(crate::database::postgres);
}

mod sqlite {
    suites!(crate::database::sqlite);
}
