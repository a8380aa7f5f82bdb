use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use billing_core::{Currency, Ledger, LedgerSettings};
use billing_sqlx::{PostgresStore, SqliteStore};
use tokio::time::interval;

/// Connections to PostgreSQL, at most.
const MAX_CONNECTIONS: u32 = 16;
/// How often expired holds are looked for.
const EXPIRY_PAUSE: Duration = Duration::from_secs(1);
const EXPIRY_BATCH: u32 = 500;

/// Opens the ledger of a `postgres://` or `sqlite:` URL, and makes what is missing of its tables.
///
/// # Errors
/// When there is no such database.
pub async fn open_ledger(url: &str) -> anyhow::Result<Arc<dyn Ledger>> {
    let settings = LedgerSettings::new(Currency::USD);
    if url.starts_with("sqlite:") {
        let store = SqliteStore::connect(url, settings).await?;
        store.migrate().await.context("the tables can't be made")?;
        Ok(Arc::new(store))
    } else {
        let store = PostgresStore::connect(url, MAX_CONNECTIONS, settings)?;
        store.migrate().await.context("the tables can't be made")?;
        Ok(Arc::new(store))
    }
}

/// Gives the money of expired holds free, every second, for ever: the holds of processes that were killed.
pub async fn expire_holds(ledger: Arc<dyn Ledger>) {
    let mut ticks = interval(EXPIRY_PAUSE);
    loop {
        ticks.tick().await;
        match ledger.expire_holds(EXPIRY_BATCH).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "{count} holds expired"),
            Err(error) => tracing::warn!("holds can't be expired for now: {error}"),
        }
    }
}
