//! PostgreSQL, and engines that speak its protocol.
use std::{sync::Arc, time::Duration};

use billing_core::{Clock, LedgerSettings, StoreError, SystemClock};
use sqlx::{
    Connection as _, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::failure::sort;

/// Locks the rows that a statement reads until the transaction ends.
macro_rules! for_update {
    () => {
        "FOR UPDATE"
    };
}

/// Locks the rows that a statement reads, and passes over those that somebody else has locked.
macro_rules! for_update_skip_locked {
    () => {
        "FOR UPDATE SKIP LOCKED"
    };
}

/// A text parameter for a JSON column.
macro_rules! as_json {
    ($parameter:literal) => {
        concat!("CAST(", $parameter, " AS json)")
    };
}

/// Whether a column is one of the texts in a JSON array, which is a text parameter.
macro_rules! one_of {
    ($column:literal, $parameter:literal) => {
        concat!($column, " IN (SELECT json_array_elements_text(CAST(", $parameter, " AS json)))")
    };
}

/// The number of the quarter hour since 1970.
macro_rules! quarter {
    ($column:literal) => {
        concat!("CAST(floor(extract(epoch FROM ", $column, ") / 900) AS bigint)")
    };
}

macro_rules! migrator {
    () => {
        sqlx::migrate!("migrations/postgres")
    };
}

#[path = "../shared/audit.rs"]
mod audit;
#[path = "../shared/book.rs"]
mod book;
mod hot;
#[path = "../shared/keys.rs"]
mod keys;
#[path = "../shared/ledger.rs"]
mod ledger;
#[path = "../shared/operations.rs"]
mod operations;
#[path = "../shared/outbox.rs"]
mod outbox;
#[path = "../shared/payment_lock.rs"]
mod payment_lock;
#[path = "../shared/payments.rs"]
mod payments;
mod refusal;
#[path = "../shared/reports.rs"]
mod reports;
#[path = "../shared/rows.rs"]
mod rows;
#[path = "../shared/schema.rs"]
mod schema;

#[path = "../shared/alarms.rs"]
mod alarms;
#[path = "../shared/api_keys.rs"]
mod api_keys;
#[path = "../shared/checks.rs"]
mod checks;
#[path = "../shared/contacts.rs"]
mod contacts;
#[path = "../shared/deliveries.rs"]
mod deliveries;
#[path = "../shared/inbox.rs"]
mod inbox;
#[path = "../shared/openings.rs"]
mod openings;
#[path = "../shared/quotes.rs"]
mod quotes;
#[path = "../shared/rates.rs"]
mod rates;
#[path = "../shared/refunds.rs"]
mod refunds;
#[path = "../shared/take_backs.rs"]
mod take_backs;
#[path = "../shared/watch.rs"]
mod watch;
#[path = "../shared/webhook_rows.rs"]
mod webhook_rows;
use PostgresStore as Store;
type Row = sqlx::postgres::PgRow;
type Connection = sqlx::PgConnection;
type Query<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

/// Ledger, payments, webhooks and messages on PostgreSQL. Cheap to clone; clones share the pool.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: PgPool,
    settings: LedgerSettings,
    clock: Arc<dyn Clock>,
}

impl PostgresStore {
    /// How long a call waits for a connection: behind a long queue, or while the database is away. To notice the
    /// latter sooner, [`ping`](Self::ping).
    const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

    /// How long the database may take to answer that it is there.
    const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

    /// Opens a pool on `url`. It connects when it is first used, so the database may be away meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the URL can't be read.
    pub fn connect(url: &str, max_connections: u32, settings: LedgerSettings) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(sort)?;
        // No ping before each use: it would double the round trips. A broken connection shows by itself, and the
        // call is repeated with the same id.
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Self::ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Ok(Self::new(pool, settings))
    }

    /// Works on a pool that the caller has made.
    pub fn new(pool: PgPool, settings: LedgerSettings) -> Self {
        Self { pool, settings, clock: Arc::new(SystemClock) }
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Whether the database answers, asked on a connection of its own: neither a busy pool nor a session that hangs
    /// makes it look away.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not, or takes longer than a second.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let options = self.pool.connect_options();
        let asked = async {
            let mut connection = Connection::connect_with(&options).await?;
            sqlx::query("SELECT 1").execute(&mut connection).await?;
            connection.close().await
        };
        match tokio::time::timeout(Self::PROBE_TIMEOUT, asked).await {
            Ok(answer) => answer.map_err(sort),
            Err(elapsed) => Err(StoreError::Unavailable(elapsed.into())),
        }
    }

    /// Closes all connections, once their work is done.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.begin_with("BEGIN").await
    }

    /// A transaction in which every statement sees the same state.
    async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins a transaction, whoever still wants it. A call may be dropped at any time, as when its client goes away, and
    /// sqlx forgets a `BEGIN` that is dropped before its answer: it would hand on a connection within a transaction that
    /// nobody commits. In a task of its own the answer is always heard; what nobody takes is rolled back.
    async fn begin_with(
        &self,
        statement: &'static str,
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(statement).await });
        begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    async fn reader(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.pool.acquire().await
    }

    fn writers(&self) -> &PgPool {
        &self.pool
    }
}
