//! Both databases under the suites that every back end passes.
//!
//! PostgreSQL is taken from `TEST_DATABASE_URL`; `scripts/postgres.sh` starts one. Each test has a schema of its own.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "tests")]

macro_rules! suites {
    ($store:path) => {
        use std::sync::Arc;

        use billing_core::{Clock, Currency, Ledger, LedgerSettings, Outbox, PaymentStore, SystemClock};
        use billing_testkit::top_ups::Backend;

        async fn ledger(settings: LedgerSettings, clock: Arc<dyn Clock>) -> Arc<dyn Ledger> {
            Arc::new($store(settings, clock).await)
        }

        async fn payments() -> Arc<dyn PaymentStore> {
            Arc::new($store(LedgerSettings::new(Currency::USD), Arc::new(SystemClock)).await)
        }

        async fn outbox() -> Arc<dyn Outbox> {
            Arc::new($store(LedgerSettings::new(Currency::USD), Arc::new(SystemClock)).await)
        }

        async fn backend() -> Backend {
            let store = Arc::new($store(LedgerSettings::new(Currency::USD), Arc::new(SystemClock)).await);
            Backend::new(store.clone(), store.clone(), store)
        }

        billing_testkit::ledger_suite!(ledger);
        billing_testkit::payment_store_suite!(payments);
        billing_testkit::outbox_suite!(outbox);
        billing_testkit::top_ups_suite!(backend);
    };
}

#[cfg(feature = "postgres")]
mod postgres {
    use billing_sqlx::PostgresStore;
    use sqlx::{
        Connection as _, Executor as _, PgConnection,
        postgres::{PgConnectOptions, PgPoolOptions},
    };

    async fn open(settings: LedgerSettings, clock: Arc<dyn Clock>) -> PostgresStore {
        let url =
            std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run through scripts/postgres.sh");
        let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&url).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
        let options: PgConnectOptions = url.parse().unwrap();
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .acquire_timeout(std::time::Duration::from_mins(1))
            .connect_lazy_with(options.options([("search_path", &schema)]));
        let store = PostgresStore::new(pool, settings).with_clock(clock);
        store.migrate().await.unwrap();
        store
    }

    suites!(open);
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use billing_sqlx::SqliteStore;

    async fn open(settings: LedgerSettings, clock: Arc<dyn Clock>) -> SqliteStore {
        let folder = tempfile::tempdir().unwrap().keep();
        let url = format!("sqlite:{}", folder.join("billing.db").display());
        let store = SqliteStore::connect(&url, settings).await.unwrap().with_clock(clock);
        store.migrate().await.unwrap();
        store
    }

    suites!(open);
}
