//! SQLite, embedded.
use std::{sync::Arc, time::Duration};

use billing_core::{Clock, LedgerSettings, StoreError, SystemClock};
use sqlx::{
    Connection as _, Sqlite, SqlitePool, Transaction,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::failure::sort;

/// A transaction here has the whole database for itself.
macro_rules! for_update {
    () => {
        ""
    };
}

macro_rules! for_update_skip_locked {
    () => {
        ""
    };
}

/// A text parameter for a JSON column.
macro_rules! as_json {
    ($parameter:literal) => {
        $parameter
    };
}

/// Whether a column is one of the texts in a JSON array, which is a text parameter.
macro_rules! one_of {
    ($column:literal, $parameter:literal) => {
        concat!($column, " IN (SELECT value FROM json_each(", $parameter, "))")
    };
}

/// The number of the quarter hour since 1970.
macro_rules! quarter {
    ($column:literal) => {
        concat!($column, " / 900000000")
    };
}

macro_rules! migrator {
    () => {
        sqlx::migrate!("migrations/sqlite")
    };
}

#[path = "../shared/audit.rs"]
mod audit;
#[path = "../shared/book.rs"]
mod book;
/// One writer, one file: the plain transaction is the fastest there is.
mod hot {
    pub(super) use super::operations::{authorize, capture, charge, top_up, void};
}
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
use SqliteStore as Store;
type Row = sqlx::sqlite::SqliteRow;
type Connection = sqlx::SqliteConnection;
type Query<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;

/// Ledger, payments, webhooks and messages in an SQLite file. Cheap to clone; clones share the connections.
///
/// Several processes may use one file, such as a server and a command beside it.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// One connection: writers of this process queue here, in order, and not at the file's lock.
    writer: SqlitePool,
    /// Readers see the last commit and never wait for the writer.
    readers: SqlitePool,
    settings: LedgerSettings,
    clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// How long a transaction waits for another process.
    const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
    const READERS: u32 = 4;

    /// Opens `url`, such as `sqlite:billing.db`, and makes the file when it is missing. `sqlite::memory:` is a
    /// database that ends with its store.
    ///
    /// # Errors
    /// [`StoreError::Backend`] or [`StoreError::Unavailable`] when the file can't be opened.
    pub async fn connect(url: &str, settings: LedgerSettings) -> Result<Self, StoreError> {
        let options: SqliteConnectOptions = url.parse().map_err(sort)?;
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Self::BUSY_TIMEOUT);
        // An idle connection that is closed would take a database in memory with it.
        let in_memory = url.contains(":memory:");
        let pool = |size| {
            let pool = SqlitePoolOptions::new()
                .max_connections(size)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None);
            if in_memory {
                return pool;
            }
            // A full disk ends a transaction behind the driver's back, which then refuses every later one.
            pool.before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        };
        let writer = pool(1).connect_with(options.clone()).await.map_err(sort)?;
        let readers = if in_memory {
            writer.clone()
        } else {
            pool(Self::READERS).connect_with(options).await.map_err(sort)?
        };
        Ok(Self { writer, readers, settings, clock: Arc::new(SystemClock) })
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await.map(drop).map_err(sort)
    }

    /// Closes all connections, once their work is done.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction that has the right to write from its first statement on.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// A transaction in which every statement sees the same state.
    async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.readers.begin().await
    }

    async fn reader(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        self.readers.acquire().await
    }

    fn writers(&self) -> &SqlitePool {
        &self.writer
    }
}

#[cfg(test)]
mod tests {
    use billing_core::{AccountId, Currency, Ledger as _, Money, PostingId, TopUp};

    use super::*;

    #[tokio::test]
    async fn a_full_disk_is_forgotten_once_there_is_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("billing.db").display());
        let store = SqliteStore::connect(&url, LedgerSettings::new(Currency::USD)).await.unwrap();
        store.migrate().await.unwrap();
        // Of the one connection that writes: the file can't grow any more.
        sqlx::query("PRAGMA max_page_count = 1").execute(&store.writer).await.unwrap();
        let dollar = Money::from_micros(1_000_000, Currency::USD);
        let top_up = |index: usize| {
            let account = AccountId::new(format!("{index:0>100}")).unwrap();
            store.top_up(TopUp::new(PostingId::new(), account, dollar, "stripe"))
        };
        let mut refused = None;
        for index in 0..1_000 {
            if let Err(error) = top_up(index).await {
                refused = Some(error);
                break;
            }
        }
        assert!(refused.unwrap().is_retryable());
        // The limit went with its connection.
        top_up(1_000).await.unwrap();
        assert!(store.verify().await.unwrap().is_clean());
    }
}
