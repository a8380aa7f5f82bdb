use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::RefusalReason;
use crate::{AccountId, HoldId, Money, Operation};

/// Money set aside for a call that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hold {
    /// Its name, made by the caller.
    pub id: HoldId,
    /// Whose money it is.
    pub account: AccountId,
    /// What is set aside: nothing for an account that is not billed.
    pub amount: Money,
    /// What was asked for. `None` for a hold that was voided, or whose call was let through, before it was placed.
    pub requested: Option<Money>,
    /// What the call is.
    pub operation: Option<Operation>,
    /// Whether it is open, or how it ended.
    pub state: HoldState,
    /// Whether the call is not billed, for its account was not or would have been refused: its capture takes nothing.
    pub exempt: bool,
    /// Why the call would have been refused, had it not only been observed: its capture takes nothing then.
    pub would_refuse: Option<RefusalReason>,
    /// What its capture asked for.
    pub captured: Option<Money>,
    /// When it frees its money by itself.
    pub expires_at: DateTime<Utc>,
    /// The end of the day it counts in.
    pub day_ends_at: DateTime<Utc>,
    /// The end of the month it counts in.
    pub month_ends_at: DateTime<Utc>,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
}

impl Hold {
    /// An open hold of a billed account, which counts in no window yet.
    pub fn new(id: HoldId, account: AccountId, amount: Money, expires_at: DateTime<Utc>) -> Self {
        Self {
            id,
            account,
            amount,
            requested: None,
            operation: None,
            state: HoldState::Open,
            exempt: false,
            would_refuse: None,
            captured: None,
            expires_at,
            day_ends_at: DateTime::UNIX_EPOCH,
            month_ends_at: DateTime::UNIX_EPOCH,
            created_at: expires_at,
        }
    }
}

/// A hold as [`Ledger::authorize`](crate::Ledger::authorize) and [`Ledger::extend`](crate::Ledger::extend) answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authorization {
    /// The hold, as it stands.
    pub hold: Hold,
    /// What is left to spend beside it.
    pub available: Money,
}

impl Authorization {
    /// A hold beside what is available after it.
    pub fn new(hold: Hold, available: Money) -> Self {
        Self { hold, available }
    }
}

/// Where a hold is in its life. It leaves [`HoldState::Open`] once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HoldState {
    /// Money is set aside.
    Open,
    /// The cost was taken, the rest freed.
    Captured,
    /// Freed by its owner.
    Voided,
    /// Freed by time. A late capture or void may still say how the call ended, once.
    Expired,
}

impl HoldState {
    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Captured => "captured",
            Self::Voided => "voided",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for HoldState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HoldState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Open, Self::Captured, Self::Voided, Self::Expired]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownWord::new("hold state", word))
    }
}

/// A stored word is not one of those it may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {word:?}")]
pub struct UnknownWord {
    what: &'static str,
    word: String,
}

impl UnknownWord {
    /// `word` is no `what`.
    pub fn new(what: &'static str, word: &str) -> Self {
        Self { what, word: word.chars().take(64).collect() }
    }
}
