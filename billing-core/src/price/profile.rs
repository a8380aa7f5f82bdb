use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use crate::{Account, AccountId, Clock, Ledger, LedgerError, SystemClock, UsageQuery};

/// What of a payer prices may depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The account's price tier, as the price table names it.
    pub tier: Option<String>,
    /// The charged calls of the account's local month.
    pub month_calls: u64,
}

impl Profile {
    /// A payer of a tier, or of none, with so many calls this month.
    pub fn new(tier: Option<String>, month_calls: u64) -> Self {
        Self { tier, month_calls }
    }
}

/// The profiles of a ledger's accounts, so that a priced call costs no further round trip. One is believed for a minute
/// at most, and never beyond the end of the account's month.
///
/// Clones share what they know.
///
/// # Examples
/// ```
/// use std::sync::Arc;
///
/// use billing_core::{AccountChange, AccountId, Currency, Ledger, LedgerSettings, MemoryLedger, Profiles};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ledger = Arc::new(MemoryLedger::new(LedgerSettings::new(Currency::USD)));
/// let acme = AccountId::new("acme")?;
/// let mut change = AccountChange::default();
/// change.tier = Some(Some("business".to_owned()));
/// ledger.configure(&acme, change).await?;
///
/// let profiles = Profiles::new(ledger);
/// assert_eq!(profiles.known(&acme), None);
/// assert_eq!(profiles.get(&acme).await?.tier.as_deref(), Some("business"));
/// assert!(profiles.known(&acme).is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Profiles {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Generations>>,
}

impl Profiles {
    /// How long a profile is believed.
    pub const MAX_AGE: TimeDelta = TimeDelta::seconds(60);

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

    /// The profile, asked of the ledger where it is not known. While the ledger is out of reach, an older one is
    /// believed.
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
        match self.ask(account).await {
            // Out of reach, the ledger has told before.
            Err(error) if error.is_retryable() => {
                self.lock().get(account).map(|known| known.profile.clone()).ok_or(error)
            }
            answer => answer,
        }
    }

    async fn ask(&self, account: &AccountId) -> Result<Profile, LedgerError> {
        // Before the ledger is asked: what it answers is at least this young.
        let since = self.clock.now();
        let Account { tier, time_zone, .. } = self.ledger.account(account).await?;
        let today = time_zone.local_date(since);
        let first = today.with_day(1).unwrap_or(today);
        let month = self.ledger.usage(UsageQuery::new(account.clone(), first, today)).await?;
        let calls = month.iter().fold(0_u64, |sum, bucket| sum.saturating_add(bucket.charged));
        let profile = Profile::new(tier, calls);
        let until = (since + Self::MAX_AGE).min(time_zone.month_end(since));
        self.lock().insert(account.clone(), Known { profile: profile.clone(), since, until });
        Ok(profile)
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Known {
    profile: Profile,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Known {
    /// A clock that was set back makes nothing younger.
    fn holds_at(&self, now: DateTime<Utc>) -> bool {
        (self.since..self.until).contains(&now)
    }
}

/// What is known, in two generations: when the young one is full it becomes the old one, and what was old is forgotten.
/// So memory has a bound, and nothing is ever searched for what is too old.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<AccountId, Known>,
    old: HashMap<AccountId, Known>,
}

impl Generations {
    const LARGEST: usize = 5_000;

    fn get(&self, account: &AccountId) -> Option<&Known> {
        self.young.get(account).or_else(|| self.old.get(account))
    }

    fn insert(&mut self, account: AccountId, known: Known) {
        if self.young.len() >= Self::LARGEST {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(account, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AccountChange, Charge, Currency, LedgerSettings, ManualClock, MemoryLedger, Money, Operation,
        PostingId, TopUp,
    };

    /// A ledger whose clock stands at `now`, and an account with money.
    async fn setup(now: &str) -> (Arc<MemoryLedger>, Profiles, ManualClock, AccountId) {
        let clock = ManualClock::new(now.parse().unwrap());
        let settings = LedgerSettings::new(Currency::USD);
        let ledger = Arc::new(MemoryLedger::new(settings).with_clock(Arc::new(clock.clone())));
        let profiles = Profiles::new(Arc::<MemoryLedger>::clone(&ledger)).with_clock(Arc::new(clock.clone()));
        let account = AccountId::new("acme").unwrap();
        let ten = Money::parse("10", Currency::USD).unwrap();
        let top_up = TopUp::new(PostingId::at(clock.now()), account.clone(), ten, "test");
        ledger.top_up(top_up).await.unwrap();
        (ledger, profiles, clock, account)
    }

    async fn call(ledger: &MemoryLedger, clock: &ManualClock, account: &AccountId) {
        let amount = Money::parse("0.01", Currency::USD).unwrap();
        let search = Operation::new("search").unwrap();
        ledger
            .charge(Charge::new(PostingId::at(clock.now()), account.clone(), amount, search))
            .await
            .unwrap();
    }

    async fn set_tier(ledger: &MemoryLedger, account: &AccountId, tier: &str) {
        let change = AccountChange { tier: Some(Some(tier.to_owned())), ..AccountChange::default() };
        ledger.configure(account, change).await.unwrap();
    }

    #[tokio::test]
    async fn a_profile_is_believed_for_a_minute() {
        let (ledger, profiles, clock, account) = setup("2026-07-10T12:00:00Z").await;
        assert_eq!(profiles.get(&account).await.unwrap(), Profile::default());
        set_tier(&ledger, &account, "business").await;
        call(&ledger, &clock, &account).await;
        clock.advance(TimeDelta::milliseconds(59_999));
        assert_eq!(profiles.get(&account).await.unwrap(), Profile::default());
        clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(profiles.known(&account), None);
        let business = Profile::new(Some("business".to_owned()), 1);
        assert_eq!(profiles.get(&account).await.unwrap(), business);
        assert_eq!(profiles.clone().known(&account), Some(business));
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_makes_nothing_younger() {
        let (_, profiles, clock, account) = setup("2026-07-10T12:00:00Z").await;
        profiles.get(&account).await.unwrap();
        clock.advance(TimeDelta::seconds(-1));
        assert_eq!(profiles.known(&account), None);
    }

    #[tokio::test]
    async fn calls_count_in_the_accounts_own_month() {
        // In Kyiv, August begins at 21:00 UTC.
        let (ledger, profiles, clock, account) = setup("2026-07-31T20:59:30Z").await;
        for _ in 0..3 {
            call(&ledger, &clock, &account).await;
        }
        assert_eq!(profiles.get(&account).await.unwrap().month_calls, 3);
        clock.advance(TimeDelta::seconds(29));
        assert!(profiles.known(&account).is_some());
        // Half a minute old, but of another month.
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(profiles.known(&account), None);
        assert_eq!(profiles.get(&account).await.unwrap().month_calls, 0);
        call(&ledger, &clock, &account).await;
        clock.advance(Profiles::MAX_AGE);
        assert_eq!(profiles.get(&account).await.unwrap().month_calls, 1);
    }

    #[test]
    fn only_so_many_are_remembered_the_latest_among_them() {
        let since = DateTime::UNIX_EPOCH;
        let until = since + Profiles::MAX_AGE;
        let mut known = Generations::default();
        let account = |number: usize| AccountId::new(number.to_string()).unwrap();
        let last = 3 * Generations::LARGEST;
        for number in 0..=last {
            known.insert(account(number), Known { profile: Profile::default(), since, until });
            assert!(known.young.len() + known.old.len() <= 2 * Generations::LARGEST);
        }
        assert!(known.get(&account(0)).is_none());
        assert!(known.get(&account(last - Generations::LARGEST)).is_some());
        assert!(known.get(&account(last)).is_some());
    }
}
