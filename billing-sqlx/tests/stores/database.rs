//! Fresh databases, and a way to them past the store.
use std::{sync::Arc, time::Duration};

use billing_core::{BalanceAlarms, ContactStore, Currency, Deliveries, Ledger, LedgerSettings, Outbox};
use billing_sqlx::{PostgresStore, SqliteStore};
use sqlx::{
    AssertSqlSafe, Executor as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// A store with an empty schema of its own, and its pool.
pub(crate) async fn postgres(settings: LedgerSettings) -> (PostgresStore, PgPool) {
    let pool = postgres_pool().await;
    let store = PostgresStore::new(pool.clone(), settings);
    store.migrate().await.unwrap();
    (store, pool)
}

/// A pool on an empty schema.
pub(crate) async fn postgres_pool() -> PgPool {
    let url = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run through scripts/postgres.sh");
    let options: PgConnectOptions = url.parse().unwrap();
    let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_mins(1))
        .connect_lazy_with(options.options([("search_path", &schema)]).application_name(&schema));
    pool.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
    pool
}

/// A store in a file of its own, and another connection to that file.
pub(crate) async fn sqlite(settings: LedgerSettings) -> (SqliteStore, SqlitePool) {
    let folder = tempfile::tempdir().unwrap().keep();
    let url = format!("sqlite:{}", folder.join("billing.db").display());
    let store = SqliteStore::connect(&url, settings).await.unwrap();
    store.migrate().await.unwrap();
    (store, SqlitePool::connect(&url).await.unwrap())
}

/// All that a store is to those who tell people of their money.
pub(crate) trait Everything: Ledger + BalanceAlarms + Outbox + Deliveries + ContactStore {}

impl<S: Ledger + BalanceAlarms + Outbox + Deliveries + ContactStore> Everything for S {}

/// The store of a fresh database, and a way past it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) ledger: Arc<dyn Everything>,
    raw: Raw,
}

#[derive(Debug)]
enum Raw {
    Postgres(PostgresStore, PgPool),
    Sqlite(SqliteStore, SqlitePool),
}

impl Opened {
    /// One of each database.
    pub(crate) async fn both() -> [Self; 2] {
        let settings = LedgerSettings::new(Currency::USD);
        let (postgres, postgres_pool) = postgres(settings.clone()).await;
        let (sqlite, sqlite_pool) = sqlite(settings).await;
        [
            Self { ledger: Arc::new(postgres.clone()), raw: Raw::Postgres(postgres, postgres_pool) },
            Self { ledger: Arc::new(sqlite.clone()), raw: Raw::Sqlite(sqlite, sqlite_pool) },
        ]
    }

    /// Runs a statement past the store.
    pub(crate) async fn run(&self, statement: &'static str) -> Result<(), sqlx::Error> {
        match &self.raw {
            Raw::Postgres(_, pool) => pool.execute(statement).await.map(drop),
            Raw::Sqlite(_, pool) => pool.execute(statement).await.map(drop),
        }
    }

    /// Takes the newest step of the schema back; which it was.
    pub(crate) async fn revert(&self) -> String {
        let reverted = match &self.raw {
            Raw::Postgres(store, _) => store.revert().await,
            Raw::Sqlite(store, _) => store.revert().await,
        };
        reverted.unwrap().unwrap().description
    }

    pub(crate) async fn migrate(&self) {
        match &self.raw {
            Raw::Postgres(store, _) => store.migrate().await,
            Raw::Sqlite(store, _) => store.migrate().await,
        }
        .unwrap();
    }
}
