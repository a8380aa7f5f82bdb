macro_rules! suites {
    ($open:path => $store:ty) => {
        use std::sync::Arc;

        use billing_core::{
            AccountWatch, ApiKeyStore, Clock, ContactStore, Currency, IdempotencyKeys, Inbox, Ledger,
            LedgerSettings, PaymentStore, PaymentWatch, QuoteStore, RateStore, Stores, SystemClock,
        };
        use billing_testkit::top_ups::Backend;

        async fn ledger(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<dyn Ledger> {
            Arc::new($open(settings).await.0.with_clock(clock))
        }

        async fn stores() -> Stores {
            Stores::of(&Arc::new($open(LedgerSettings::new(Currency::USD)).await.0))
        }

        async fn quotes() -> Arc<dyn QuoteStore> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn rates() -> Arc<dyn RateStore> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn inbox() -> Arc<dyn Inbox> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn api_keys() -> Arc<dyn ApiKeyStore> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn keys() -> Arc<dyn IdempotencyKeys> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn outbox() -> Arc<$store> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn contacts() -> Arc<dyn ContactStore> {
            Arc::new($open(LedgerSettings::new(Currency::USD)).await.0)
        }

        async fn alarms(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<$store> {
            Arc::new($open(settings).await.0.with_clock(clock))
        }

        async fn watched_ledger(
            settings: LedgerSettings,
            clock: Arc<dyn Clock>,
        ) -> (Arc<dyn Ledger>, Arc<dyn AccountWatch>) {
            let store = Arc::new($open(settings).await.0.with_clock(clock));
            (store.clone(), store)
        }

        async fn watched_payments() -> (Arc<dyn PaymentStore>, Arc<dyn PaymentWatch>) {
            let store = Arc::new($open(LedgerSettings::new(Currency::USD)).await.0);
            (store.clone(), store)
        }

        async fn backend() -> Backend {
            let store = $open(LedgerSettings::new(Currency::USD)).await.0.with_clock(Arc::new(SystemClock));
            Backend::new(Stores::of(&Arc::new(store))).with_one_round_in(25)
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
    };
}

mod postgres {
    suites!(crate::database::postgres => billing_sqlx::PostgresStore);
}

mod sqlite {
    suites!(crate::database::sqlite => billing_sqlx::SqliteStore);
}
