//! Work that nobody asks for. Every replica does it: what one has done, the others find done.
use std::{sync::Arc, time::Duration};

use billing_core::{Ledger, LedgerError};
use tokio::time::{MissedTickBehavior, interval};

use crate::{App, DatabaseState, error::chain};

const WATCH_PAUSE: Duration = Duration::from_millis(500);

const EXPIRY_PAUSE: Duration = Duration::from_secs(5);
const EXPIRY_BATCH: u32 = 500;

/// Notices when the database goes and when it is back, for ever.
pub(crate) async fn watch_database(app: &App) {
    let mut ticks = interval(WATCH_PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match app.store.schema.ping().await {
            Ok(()) => {
                if app.set_database(DatabaseState::Ready) == DatabaseState::Away {
                    tracing::info!("database is back");
                }
            }
            Err(error) => {
                if app.set_database(DatabaseState::Away) == DatabaseState::Ready {
                    tracing::warn!("database is away: {}", chain(&error));
                }
            }
        }
    }
}

/// Gives the money of expired holds free, for ever.
pub(crate) async fn expire_holds(ledger: Arc<dyn Ledger>) {
    let mut ticks = interval(EXPIRY_PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        ticks.tick().await;
        match expire_all(&*ledger).await {
            Ok(0) => is_failing = false,
            Ok(count) => {
                is_failing = false;
                tracing::info!(count, "{count} holds expired");
            }
            // Told once for as long as it lasts.
            Err(error) if !is_failing => {
                is_failing = true;
                tracing::warn!("holds can't be expired for now: {}", chain(&error));
            }
            Err(_) => {}
        }
    }
}

async fn expire_all(ledger: &dyn Ledger) -> Result<u64, LedgerError> {
    let mut total = 0;
    loop {
        let count = ledger.expire_holds(EXPIRY_BATCH).await?;
        total += u64::from(count);
        if count < EXPIRY_BATCH {
            return Ok(total);
        }
    }
}
