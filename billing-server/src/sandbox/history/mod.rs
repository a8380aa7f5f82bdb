//! What the demo users have done before anybody looks: three months of calls, payments and corrections.
//!
//! It goes through the ledger like everything else, under a clock that walks through those months; not a row is written by
//! hand. All of it, ids included, follows from the time at which it was first begun, which is kept in a file: what was
//! broken off is gone on with, and what is there is not done twice.
mod chance;
mod play;
mod stories;

use std::{io, sync::Arc, time::Instant};

use billing_core::{AccountId, Clock as _, ManualClock, PriceTable, Sighting, SystemClock};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use self::play::Player;
use super::{folder::Folder, users};
use crate::{BoxError, config::Config, store::Store};

const FILE: &str = "history.json";

/// How far the history is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Progress {
    /// The time at which it ends.
    until: DateTime<Utc>,
    is_done: bool,
}

/// Gives the demo users their history, unless they have it.
pub(super) async fn ensure(folder: &Folder, config: &Config, prices: &PriceTable) -> Result<(), BoxError> {
    let known = read(folder)?;
    if known.is_some_and(|progress| progress.is_done) {
        return Ok(());
    }
    let (started, now) = (Instant::now(), SystemClock.now());
    let until = known.map_or(now, |progress| progress.until);
    // An account is opened as of when it is first looked at.
    let clock = ManualClock::new(stories::beginning(until));
    let store =
        Store::open_with_clock(&config.database, config.ledger.clone(), Arc::new(clock.clone())).await?;
    store.schema.migrate().await?;
    // A sandbox of somebody who went on with it before there were histories.
    let is_used = store.stores.ledger.account(&AccountId::new(users::OLENA.account)?).await?.sequence > 0;
    if known.is_some() || !is_used {
        write(folder, Progress { until, is_done: false })?;
        let player = Player::new(&store.stores, clock, prices);
        let mut steps = 0;
        for story in stories::all(until) {
            steps += player.play(&story).await?;
        }
        for user in users::ALL {
            let account = AccountId::new(user.account)?;
            if let Some(sighting) = Sighting::new(account, user.email, Some(user.name), until) {
                store.contacts.sight(&sighting).await?;
            }
        }
        let took_ms = started.elapsed().as_millis();
        tracing::info!(steps, "demo users have a history of {steps} steps, made in {took_ms} ms");
    }
    write(folder, Progress { until, is_done: true })?;
    store.schema.close().await;
    Ok(())
}

fn read(folder: &Folder) -> Result<Option<Progress>, BoxError> {
    let path = folder.file(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| format!("{} can't be read; remove the folder to begin anew", path.display()).into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{} can't be read: {error}", path.display()).into()),
    }
}

fn write(folder: &Folder, progress: Progress) -> Result<(), BoxError> {
    folder.write(FILE, &serde_json::to_string(&progress)?)?;
    Ok(())
}
