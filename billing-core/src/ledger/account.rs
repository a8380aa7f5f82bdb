use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{AccountId, Currency, Money, TimeZone};

/// How an account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Its name.
    pub id: AccountId,
    /// The settled balance: what its postings add up to.
    pub posted: Money,
    /// What its open holds set aside.
    pub held: Money,
    /// The limit on a local day.
    pub day: SpendWindow,
    /// The limit on a local month.
    pub month: SpendWindow,
    /// Where its days and months begin. A change takes effect with the next day and month.
    pub time_zone: TimeZone,
    /// Whether everything that costs money is refused.
    pub suspended: bool,
    /// Whether calls are charged; else they are recorded with an amount of zero.
    pub billing_enabled: bool,
    /// The price tier, as the embedder's prices name it.
    pub tier: Option<String>,
    /// When its owner is told that the balance is low.
    pub alarm: BalanceAlarm,
    /// How many postings it has; the last one's sequence number.
    pub sequence: u64,
    /// What was charged over its life.
    pub spent: Money,
    /// How many calls were charged or recorded over its life.
    pub calls: u64,
    /// When the last of them was.
    pub last_call_at: Option<DateTime<Utc>>,
    /// When the account was first seen.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// An account without money, holds or postings, whose owner is told when nothing is left.
    pub fn new(
        id: AccountId,
        day: SpendWindow,
        month: SpendWindow,
        time_zone: TimeZone,
        created_at: DateTime<Utc>,
    ) -> Self {
        let zero = Money::zero(day.limit.currency());
        Self {
            id,
            posted: zero,
            held: zero,
            day,
            month,
            time_zone,
            suspended: false,
            billing_enabled: true,
            tier: None,
            alarm: BalanceAlarm::new(zero),
            sequence: 0,
            spent: zero,
            calls: 0,
            last_call_at: None,
            created_at,
        }
    }

    /// What can be spent: posted − held. Negative after a take-back.
    pub fn available(&self) -> Money {
        let micros = self.posted.micros().saturating_sub(self.held.micros());
        Money::from_micros(micros, self.posted.currency())
    }

    /// Whether a take-back has pushed the settled balance below zero.
    pub fn is_in_debt(&self) -> bool {
        self.posted.is_negative()
    }
}

/// Spending within a local day or month, against its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpendWindow {
    /// The most that may be spent in it.
    pub limit: Money,
    /// The most that the account's owner may set the limit to; an operator's word.
    pub ceiling: Money,
    /// Captured and still held in it.
    pub used: Money,
    /// The first instant after it.
    pub ends_at: DateTime<Utc>,
}

impl SpendWindow {
    /// A window nothing was spent in.
    pub fn new(limit: Money, ceiling: Money, ends_at: DateTime<Utc>) -> Self {
        Self { limit, ceiling, used: Money::zero(limit.currency()), ends_at }
    }

    /// Whether `amount` more stays within the limit.
    pub fn admits(&self, amount: Money) -> bool {
        self.used.micros().saturating_add(amount.micros()) <= self.limit.micros()
    }
}

/// When the owner of an account is told that the balance is low: once each time that it falls to the threshold.
///
/// Money that comes in arms it, when the balance is clear of the threshold by a fifth then: a balance that swings about
/// the threshold does not ring it again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BalanceAlarm {
    /// The settled balance at which it rings.
    pub threshold: Money,
    /// What armed it: the sequence number that the account had then, which names the crossing to come. `None` when it
    /// has rung and no money has come in.
    pub armed_by: Option<u64>,
    /// When it last rang.
    pub rang_at: Option<DateTime<Utc>>,
}

impl BalanceAlarm {
    /// An alarm that is not armed.
    pub fn new(threshold: Money) -> Self {
        Self { threshold, armed_by: None, rang_at: None }
    }

    /// Whether a balance is so far above the threshold that the alarm is armed.
    pub fn is_clear(&self, posted: Money) -> bool {
        let threshold = self.threshold.micros();
        posted.micros() > threshold && posted.micros() >= threshold.saturating_add(threshold / 5)
    }

    /// Whether a balance is one that its owner is told of.
    pub fn is_low(&self, posted: Money) -> bool {
        posted.micros() <= self.threshold.micros()
    }

    /// Money came in: `posted` is the balance after it, and `sequence` the account's. An armed alarm stays as it is.
    pub fn money_came_in(&mut self, posted: Money, sequence: u64) {
        if self.armed_by.is_none() && self.is_clear(posted) {
            self.armed_by = Some(sequence);
        }
    }

    /// Its owner was told. It is armed anew at once when money has come in meanwhile.
    pub fn rang(&mut self, posted: Money, sequence: u64, now: DateTime<Utc>) {
        (self.armed_by, self.rang_at) = (None, Some(now));
        self.money_came_in(posted, sequence);
    }

    /// Rings at another threshold from now on. A balance that is below it already does not ring it: nothing has fallen.
    pub fn set_threshold(&mut self, threshold: Money, posted: Money, sequence: u64) {
        self.threshold = threshold;
        self.armed_by = if self.is_low(posted) { None } else { self.armed_by.or(Some(sequence)) };
    }
}

/// What to change of an account; everything else stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountChange {
    /// The daily limit, at most its ceiling.
    pub daily_limit: Option<Money>,
    /// The monthly limit, at most its ceiling.
    pub monthly_limit: Option<Money>,
    /// The ceiling of the daily limit. A limit above it is lowered to it.
    pub daily_ceiling: Option<Money>,
    /// The ceiling of the monthly limit. A limit above it is lowered to it.
    pub monthly_ceiling: Option<Money>,
    /// Where its days and months begin, from the next day and month on.
    pub time_zone: Option<TimeZone>,
    /// Whether everything that costs money is refused.
    pub suspended: Option<bool>,
    /// Whether calls are charged.
    pub billing_enabled: Option<bool>,
    /// The price tier; `Some(None)` takes it away.
    pub tier: Option<Option<String>>,
    /// The settled balance at which the owner is told that it is low.
    pub low_balance: Option<Money>,
}

/// What a deployment gives its accounts.
///
/// # Examples
/// ```
/// use billing_core::{Currency, LedgerSettings, Money};
///
/// let settings = LedgerSettings::new(Currency::USD)
///     .with_limits(Money::parse("25", Currency::USD)?, Money::parse("250", Currency::USD)?);
/// assert_eq!(settings.daily_limit.to_string(), "25.00 USD");
/// # Ok::<(), billing_core::AmountError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerSettings {
    /// How long a hold lives when the request does not say.
    pub hold_ttl: Duration,
    /// The daily limit of a new account.
    pub daily_limit: Money,
    /// The monthly limit of a new account.
    pub monthly_limit: Money,
    /// The most that an owner may set the daily limit to.
    pub daily_ceiling: Money,
    /// The most that an owner may set the monthly limit to.
    pub monthly_ceiling: Money,
    /// The time zone of a new account.
    pub time_zone: TimeZone,
    /// The settled balance at which the owner of a new account is told that it is low.
    pub low_balance: Money,
}

impl LedgerSettings {
    /// The longest time that a hold may live.
    pub const MAX_HOLD_TTL: Duration = Duration::from_hours(24);

    /// Holds of 5 minutes; limits of 10 a day and 100 a month, which an owner may raise to 1 000 and 10 000; days
    /// of Kyiv; owners are told when 1 is left.
    pub fn new(currency: Currency) -> Self {
        let units = |units: i64| Money::from_micros(units * 1_000_000, currency);
        Self {
            hold_ttl: Duration::from_mins(5),
            daily_limit: units(10),
            monthly_limit: units(100),
            daily_ceiling: units(1_000),
            monthly_ceiling: units(10_000),
            time_zone: TimeZone::default(),
            low_balance: units(1),
        }
    }

    /// Other limits for new accounts. Ceilings below them are raised to them.
    #[must_use]
    pub fn with_limits(mut self, daily: Money, monthly: Money) -> Self {
        let raise =
            |ceiling: Money, limit: Money| if ceiling.micros() < limit.micros() { limit } else { ceiling };
        self.daily_ceiling = raise(self.daily_ceiling, daily);
        self.monthly_ceiling = raise(self.monthly_ceiling, monthly);
        (self.daily_limit, self.monthly_limit) = (daily, monthly);
        self
    }

    /// Another time zone for new accounts.
    #[must_use]
    pub fn with_time_zone(mut self, time_zone: TimeZone) -> Self {
        self.time_zone = time_zone;
        self
    }

    /// Another balance at which owners of new accounts are told that it is low.
    #[must_use]
    pub fn with_low_balance(mut self, threshold: Money) -> Self {
        self.low_balance = threshold;
        self
    }

    /// Another life for holds, at most [`LedgerSettings::MAX_HOLD_TTL`].
    #[must_use]
    pub fn with_hold_ttl(mut self, ttl: Duration) -> Self {
        self.hold_ttl = ttl.min(Self::MAX_HOLD_TTL);
        self
    }

    /// The one currency of the ledger.
    pub fn currency(&self) -> Currency {
        self.daily_limit.currency()
    }

    /// An account at its first sight.
    pub fn open_account(&self, id: AccountId, now: DateTime<Utc>) -> Account {
        let day = SpendWindow::new(self.daily_limit, self.daily_ceiling, self.time_zone.day_end(now));
        let month = SpendWindow::new(self.monthly_limit, self.monthly_ceiling, self.time_zone.month_end(now));
        let mut account = Account::new(id, day, month, self.time_zone, now);
        account.alarm = BalanceAlarm::new(self.low_balance);
        account
    }
}
