use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use crate::{AccountId, Clock, Ledger, LedgerError, SystemClock, UsageQuery};

/// What of a payer prices may depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The account's price tier, as the price table names it.
    pub tier: Option<String>,
    /// The paid calls of the account's local month.
    pub month_calls: u64,
}

impl Profile {
    /// A payer of a tier, or of none, with so many calls this month.
    pub fn new(tier: Option<String>, month_calls: u64) -> Self {
        Self { tier, month_calls }
    }
}

/// The profiles of a ledger's accounts, each at most a minute old, so that a priced call costs no further round trip.
///
/// Clones share what they know.
#[derive(Clone, Debug)]
pub struct Profiles {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<HashMap<AccountId, Known>>>,
}

#[derive(Clone, Debug)]
struct Known {
    profile: Profile,
    since: DateTime<Utc>,
}

impl Profiles {
    /// How long a profile is believed.
    pub const MAX_AGE: TimeDelta = TimeDelta::seconds(60);
    /// So many are remembered at most.
    const MOST: usize = 10_000;

    /// Knows nobody yet.
    pub fn new(ledger: Arc<dyn Ledger>) -> Self {
        Self { ledger, clock: Arc::new(SystemClock), known: Arc::default() }
    }

    /// Another clock than the machine's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The profile, if it is known and not too old.
    pub fn known(&self, account: &AccountId) -> Option<Profile> {
        let now = self.clock.now();
        self.lock().get(account).filter(|known| known.holds_at(now)).map(|known| known.profile.clone())
    }

    /// The profile, asked of the ledger where it is not known.
    ///
    /// # Errors
    /// Those of [`Ledger::account`] and [`Ledger::usage`].
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn get(&self, account: &AccountId) -> Result<Profile, LedgerError> {
        if let Some(profile) = self.known(account) {
            return Ok(profile);
        }
        let now = self.clock.now();
        let (tier, time_zone) = {
            let account = self.ledger.account(account).await?;
            (account.tier, account.time_zone)
        };
        let today = time_zone.local_date(now);
        let first = today.with_day(1).unwrap_or(today);
        let month = self.ledger.usage(UsageQuery::new(account.clone(), first, today)).await?;
        let profile = Profile::new(tier, month.iter().map(|bucket| bucket.calls).sum());
        self.remember(account, &profile, now);
        Ok(profile)
    }

    fn remember(&self, account: &AccountId, profile: &Profile, now: DateTime<Utc>) {
        let mut known = self.lock();
        if known.len() >= Self::MOST {
            known.retain(|_, known| known.holds_at(now));
        }
        if known.len() < Self::MOST {
            known.insert(account.clone(), Known { profile: profile.clone(), since: now });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn holds_at(&self, now: DateTime<Utc>) -> bool {
        now.signed_duration_since(self.since) < Profiles::MAX_AGE
    }
}
