//! Keeps what tokens say of their owners, so that they can be told of what happens while they are away.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use billing_core::{AccountId, ContactStore, Sighting};
use chrono::TimeDelta;
use tokio::{sync::watch, time::timeout};

use crate::{DatabaseState, error::chain};

/// A call does not wait longer for it.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// A later token that says the same is worth no write for so long.
const WORTH_A_WRITE: TimeDelta = TimeDelta::hours(1);
const MOST_REMEMBERED: usize = 10_000;

/// What was last kept of each account, so that a token costs one write and not one a call.
#[derive(Debug)]
pub(crate) struct Sightings {
    contacts: Arc<dyn ContactStore>,
    database: watch::Receiver<DatabaseState>,
    kept: Mutex<HashMap<AccountId, Sighting>>,
}

impl Sightings {
    pub(crate) fn new(contacts: Arc<dyn ContactStore>, database: watch::Receiver<DatabaseState>) -> Self {
        Self { contacts, database, kept: Mutex::default() }
    }

    /// Keeps an address and a name where they are news. No call fails for it: the next one brings them again.
    pub(crate) async fn note(&self, sighting: Sighting) {
        if !self.is_news(&sighting) || *self.database.borrow() != DatabaseState::Ready {
            return;
        }
        let account = &sighting.account;
        match timeout(LONGEST_WAIT, self.contacts.sight(&sighting)).await {
            Ok(Ok(_)) => self.remember(sighting),
            Ok(Err(error)) => {
                tracing::warn!(account.id = %account, "address of {account} is not kept for now: {}", chain(&error));
            }
            Err(_) => {
                tracing::warn!(account.id = %account, "address of {account} is not kept for now: the database is slow");
            }
        }
    }

    fn is_news(&self, sighting: &Sighting) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&sighting.account).is_none_or(|kept| {
            let same = (&kept.email, &kept.name) == (&sighting.email, &sighting.name);
            sighting.as_of > if same { kept.as_of + WORTH_A_WRITE } else { kept.as_of }
        })
    }

    fn remember(&self, sighting: Sighting) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_REMEMBERED {
            // The database knows them all.
            kept.clear();
        }
        let account = sighting.account.clone();
        if kept.get(&account).is_none_or(|kept| kept.as_of < sighting.as_of) {
            kept.insert(account, sighting);
        }
    }
}
