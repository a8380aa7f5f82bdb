//! Work that nobody asks for. Every replica does it: what one has done, the others find done.
use std::time::Duration;

use billing_core::{Ledger, LedgerError, WebhookState};
use chrono::TimeDelta;
use tokio::time::{MissedTickBehavior, interval};

use crate::{App, BoxError, DatabaseState, error::chain};

const WATCH_PAUSE: Duration = Duration::from_millis(500);
const EXPIRY_PAUSE: Duration = Duration::from_secs(5);
const EXPIRY_BATCH: u32 = 500;
const WEBHOOKS_PAUSE: Duration = Duration::from_secs(5);
const WEBHOOKS_BATCH: u32 = 50;
const RECONCILE_PAUSE: Duration = Duration::from_secs(20);
const RECONCILE_BATCH: u32 = 50;
const KEY_USES_PAUSE: Duration = Duration::from_secs(5);
const ALERTS_PAUSE: Duration = Duration::from_secs(10);
const ALERTS_BATCH: u32 = 200;
const RETENTION_PAUSE: Duration = Duration::from_hours(1);
const RETENTION_BATCH: u32 = 1_000;
/// How long what is not authentic is kept: anybody may send it.
const REJECTED_KEPT: TimeDelta = TimeDelta::days(7);
/// How long quotes are kept that nobody started a payment with.
const QUOTES_KEPT: TimeDelta = TimeDelta::days(7);
/// How long webhooks are kept: providers ask back within weeks, payers dispute within months.
const WEBHOOKS_KEPT: TimeDelta = TimeDelta::days(180);
/// How long messages are kept that were told. A paid payment is told anew whenever it is read again, for half a year, and
/// only the key that is known already keeps its owner from a second letter.
const MESSAGES_KEPT: TimeDelta = TimeDelta::days(400);

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
pub(crate) async fn expire_holds(app: &App) {
    repeat(app, EXPIRY_PAUSE, "holds can't be expired for now", async || {
        let count = expire_all(&**app.ledger()).await?;
        if count > 0 {
            tracing::info!(count, "{count} holds expired");
        }
        Ok(())
    })
    .await;
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

/// Applies webhooks that could not be applied when they came, for ever.
pub(crate) async fn retry_webhooks(app: &App) {
    repeat(app, WEBHOOKS_PAUSE, "webhooks can't be applied again for now", async || {
        let count = app.top_ups.retry_webhooks(WEBHOOKS_BATCH).await?;
        if count > 0 {
            tracing::info!(count, "{count} webhooks applied after all");
        }
        Ok(())
    })
    .await;
}

/// Asks providers about payments and goes on with refunds, for ever.
pub(crate) async fn reconcile(app: &App) {
    repeat(app, RECONCILE_PAUSE, "payments can't be reconciled for now", async || {
        let round = app.top_ups.reconcile(RECONCILE_BATCH).await?;
        for (payment, error) in &round.failures {
            tracing::warn!(payment.id = %payment, "payment {payment} was not reconciled: {}", chain(error));
        }
        Ok(())
    })
    .await;
}

/// Stores how often the keys of services are used, for ever.
pub(crate) async fn store_key_uses(app: &App) {
    repeat(app, KEY_USES_PAUSE, "uses of API keys can't be stored for now", async || {
        Ok(app.keys.store_uses().await?)
    })
    .await;
}

/// Tells owners of accounts that their money runs out, for ever.
pub(crate) async fn ring_alarms(app: &App) {
    repeat(app, ALERTS_PAUSE, "owners can't be told of low balances for now", async || {
        while app.alerts.ring(ALERTS_BATCH).await? == ALERTS_BATCH {}
        Ok(())
    })
    .await;
}

/// Forgets what nobody will ask for any more, for ever.
pub(crate) async fn forget(app: &App) {
    repeat(
        app,
        RETENTION_PAUSE,
        "old webhooks, quotes and messages can't be forgotten for now",
        async || {
            let now = app.clock.now();
            let rejected = Some(WebhookState::Rejected);
            for (state, before) in [(rejected, now - REJECTED_KEPT), (None, now - WEBHOOKS_KEPT)] {
                let inbox = &app.store.stores.inbox;
                while inbox.forget_webhooks(state, before, RETENTION_BATCH).await? == RETENTION_BATCH {}
            }
            let (quotes, before) = (&app.store.stores.quotes, now - QUOTES_KEPT);
            while quotes.forget_quotes(before, RETENTION_BATCH).await? == RETENTION_BATCH {}
            let (deliveries, before) = (&app.store.deliveries, now - MESSAGES_KEPT);
            while deliveries.forget_messages(before, RETENTION_BATCH).await? == RETENTION_BATCH {}
            Ok(())
        },
    )
    .await;
}

/// Does `work` again and again while the database is there. A failure is told once for as long as it lasts.
async fn repeat(app: &App, pause: Duration, failing: &str, work: impl AsyncFn() -> Result<(), BoxError>) {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        ticks.tick().await;
        if app.database() != DatabaseState::Ready {
            continue;
        }
        match work().await {
            Ok(()) => is_failing = false,
            Err(error) if !is_failing => {
                is_failing = true;
                tracing::warn!("{failing}: {}", chain(&*error));
            }
            Err(_) => {}
        }
    }
}
