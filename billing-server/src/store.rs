//! Where accounts and payments are kept, opened by its URL.
use std::{fmt, path::Path, sync::Arc};

use async_trait::async_trait;
use billing_core::{
    AccountWatch, ApiKeyStore, BalanceAlarms, Clock, ContactStore, Deliveries, IdempotencyKeys, Inbox,
    Ledger, LedgerSettings, Outbox, PaymentStore, PaymentWatch, QuoteStore, RateStore, RefundStore,
    StoreError, Stores, SystemClock,
};
use billing_sqlx::{Migration, PostgresStore, SqliteStore};

use crate::{BoxError, config::Database};

/// An opened store.
#[derive(Clone, Debug)]
pub struct Store {
    /// Balances, payments, webhooks and all that belongs to top-ups.
    pub stores: Stores,
    /// Which payment a caller's key stands for.
    pub keys: Arc<dyn IdempotencyKeys>,
    /// The keys that services call with.
    pub api_keys: Arc<dyn ApiKeyStore>,
    /// How owners of accounts are told, and of what.
    pub contacts: Arc<dyn ContactStore>,
    /// Messages on their way.
    pub deliveries: Arc<dyn Deliveries>,
    /// Whose money runs out.
    pub alarms: Arc<dyn BalanceAlarms>,
    /// How accounts stand that somebody watches.
    pub accounts: Arc<dyn AccountWatch>,
    /// What becomes of their payments.
    pub payments: Arc<dyn PaymentWatch>,
    /// The last good exchange rates.
    pub rates: Arc<dyn RateStore>,
    /// The tables of all of them.
    pub schema: Arc<dyn Schema>,
}

/// The tables of a store.
#[async_trait]
pub trait Schema: fmt::Debug + Send + Sync + 'static {
    /// Makes what is missing. On PostgreSQL several processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn migrate(&self) -> Result<(), StoreError>;

    /// Takes the newest step back, with the data it holds; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn revert(&self) -> Result<Option<Migration>, StoreError>;

    /// All steps, and which of them were taken.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn migrations(&self) -> Result<Vec<Migration>, StoreError>;

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Closes all connections, once their work is done.
    async fn close(&self);
}

macro_rules! schema {
    ($($store:ty),*) => {$(
        #[async_trait]
        impl Schema for $store {
            async fn migrate(&self) -> Result<(), StoreError> {
                Self::migrate(self).await
            }
            async fn revert(&self) -> Result<Option<Migration>, StoreError> {
                Self::revert(self).await
            }
            async fn migrations(&self) -> Result<Vec<Migration>, StoreError> {
                Self::migrations(self).await
            }
            async fn ping(&self) -> Result<(), StoreError> {
                Self::ping(self).await
            }
            async fn close(&self) {
                Self::close(self).await;
            }
        }
    )*};
}

schema!(PostgresStore, SqliteStore);

impl Store {
    /// Opens the configured one. A PostgreSQL server may be away meanwhile.
    ///
    /// # Errors
    /// When its URL can't be read, or its file can't be opened.
    pub async fn open(database: &Database, settings: LedgerSettings) -> Result<Self, BoxError> {
        Self::open_with_clock(database, settings, Arc::new(SystemClock)).await
    }

    /// Opens it under another clock than the machine's.
    ///
    /// # Errors
    /// Those of [`open`](Store::open).
    pub async fn open_with_clock(
        database: &Database,
        settings: LedgerSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BoxError> {
        match database {
            Database::Postgres { url, max_connections } => {
                let store = PostgresStore::connect(url.expose(), *max_connections, settings)?;
                Ok(Self::new(store.with_clock(clock)))
            }
            Database::Sqlite { url } => {
                create_folder(url)?;
                Ok(Self::new(SqliteStore::connect(url, settings).await?.with_clock(clock)))
            }
        }
    }

    fn new<S>(store: S) -> Self
    where
        S: Ledger + PaymentStore + RefundStore + QuoteStore + Inbox + Outbox,
        S: IdempotencyKeys + ApiKeyStore + RateStore + Schema,
        S: ContactStore + Deliveries + BalanceAlarms + AccountWatch + PaymentWatch,
    {
        let store = Arc::new(store);
        Self {
            stores: Stores::of(&store),
            keys: Arc::<S>::clone(&store),
            api_keys: Arc::<S>::clone(&store),
            contacts: Arc::<S>::clone(&store),
            deliveries: Arc::<S>::clone(&store),
            alarms: Arc::<S>::clone(&store),
            accounts: Arc::<S>::clone(&store),
            payments: Arc::<S>::clone(&store),
            rates: Arc::<S>::clone(&store),
            schema: store,
        }
    }
}

/// Makes the folder of a file to be.
fn create_folder(url: &str) -> Result<(), BoxError> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    match Path::new(path).parent() {
        Some(folder) if !path.starts_with(':') => std::fs::create_dir_all(folder)
            .map_err(|error| format!("folder {} can't be made: {error}", folder.display()).into()),
        _ => Ok(()),
    }
}
