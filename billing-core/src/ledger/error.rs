use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{HoldState, SpendWindow, UnknownWord};
use crate::{AccountId, BoxError, Currency, HoldId, Money, PostingId};

/// Why a ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// An operator has suspended the account.
    #[error("account {account} is suspended")]
    AccountSuspended {
        /// Whose.
        account: AccountId,
    },
    /// A take-back has pushed the balance below zero; a top-up fills it first.
    #[error("account is in debt: {required} required, balance {posted}")]
    InDebt {
        /// What was asked for.
        required: Money,
        /// The settled balance.
        posted: Money,
    },
    /// There is not enough to spend.
    #[error("insufficient funds: {required} required, {available} available")]
    InsufficientFunds {
        /// What was asked for.
        required: Money,
        /// What can be spent.
        available: Money,
    },
    /// A limit of the account would be exceeded.
    #[error("{0}")]
    LimitExceeded(Box<LimitExceeded>),
    /// A new limit is above what the operator allows.
    #[error("a {period} limit of {limit} is above the ceiling of {ceiling}")]
    LimitAboveCeiling {
        /// Which limit.
        period: Period,
        /// What was asked for.
        limit: Money,
        /// The most that is allowed.
        ceiling: Money,
    },
    /// The hold has ended, so it can't end another way.
    #[error("hold {hold} is already {state}")]
    HoldClosed {
        /// Which hold.
        hold: HoldId,
        /// How it ended.
        state: HoldState,
    },
    /// The hold is there and open, and was to be placed anew.
    #[error("hold {hold} is open already")]
    HoldOpen {
        /// Which hold.
        hold: HoldId,
    },
    /// The account has no such hold.
    #[error("hold {hold} does not exist")]
    HoldNotFound {
        /// Which hold.
        hold: HoldId,
    },
    /// The account has no such top-up.
    #[error("top-up {top_up} does not exist")]
    TopUpNotFound {
        /// Which top-up.
        top_up: PostingId,
    },
    /// The id names something else already.
    #[error("id {id} already names something else")]
    IdReused {
        /// Which id.
        id: uuid::Uuid,
    },
    /// The id is not a UUID of version 7 from today or before.
    #[error("id {id} {rule}")]
    InvalidId {
        /// Which id.
        id: uuid::Uuid,
        /// What it breaks.
        rule: &'static str,
    },
    /// The amount breaks a rule of the operation.
    #[error("amount {amount} {rule}")]
    InvalidAmount {
        /// Which amount.
        amount: Money,
        /// What it breaks.
        rule: &'static str,
    },
    /// The ledger keeps one currency.
    #[error("the ledger is kept in {expected}, not in {found}")]
    WrongCurrency {
        /// The ledger's.
        expected: Currency,
        /// The request's.
        found: Currency,
    },
    /// Another part of the request breaks a rule.
    #[error("{field} {rule}")]
    InvalidRequest {
        /// Which part.
        field: &'static str,
        /// What it breaks.
        rule: &'static str,
    },
    /// The storage can't be reached; the outcome is unknown. Ask again with the same id.
    #[error("ledger is unavailable")]
    Unavailable(#[source] BoxError),
    /// The storage failed in a way that asking again won't mend.
    #[error("ledger failed")]
    Backend(#[source] BoxError),
}

impl LedgerError {
    /// Whether the same call, with the same id, may succeed later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether a rule of money refused: the caller has to top up, wait, or ask an operator.
    pub fn is_refusal(&self) -> bool {
        self.refusal().is_some()
    }

    /// Which rule of money refused, if one did.
    pub fn refusal(&self) -> Option<RefusalReason> {
        match self {
            Self::AccountSuspended { .. } => Some(RefusalReason::Suspended),
            Self::InDebt { .. } => Some(RefusalReason::InDebt),
            Self::InsufficientFunds { .. } => Some(RefusalReason::InsufficientFunds),
            Self::LimitExceeded(exceeded) => Some(match exceeded.period {
                Period::Daily => RefusalReason::DailyLimit,
                Period::Monthly => RefusalReason::MonthlyLimit,
            }),
            _ => None,
        }
    }
}

/// Which rule of money refuses a call, in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RefusalReason {
    /// An operator has suspended the account.
    Suspended,
    /// A take-back has pushed the balance below zero.
    InDebt,
    /// There is not enough to spend.
    InsufficientFunds,
    /// The daily limit would be exceeded.
    DailyLimit,
    /// The monthly limit would be exceeded.
    MonthlyLimit,
}

impl RefusalReason {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Suspended, Self::InDebt, Self::InsufficientFunds, Self::DailyLimit, Self::MonthlyLimit];

    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::InDebt => "in_debt",
            Self::InsufficientFunds => "insufficient_funds",
            Self::DailyLimit => "daily_limit",
            Self::MonthlyLimit => "monthly_limit",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RefusalReason {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| UnknownWord::new("refusal", word))
    }
}

/// A limit that would be exceeded, and how both windows stand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitExceeded {
    /// Which limit; the daily one is looked at first.
    pub period: Period,
    /// What was asked for.
    pub required: Money,
    /// How the day stands.
    pub day: SpendWindow,
    /// How the month stands.
    pub month: SpendWindow,
}

impl LimitExceeded {
    /// The limit of `period` does not admit `required`.
    pub fn new(period: Period, required: Money, day: SpendWindow, month: SpendWindow) -> Self {
        Self { period, required, day, month }
    }

    /// The window whose limit would be exceeded.
    pub fn window(&self) -> &SpendWindow {
        match self.period {
            Period::Daily => &self.day,
            Period::Monthly => &self.month,
        }
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SpendWindow { limit, used, .. } = self.window();
        write!(f, "{} limit exceeded: {} required, {used} of {limit} used", self.period, self.required)
    }
}

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Period {
    /// A local day.
    Daily,
    /// A local month.
    Monthly,
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
        })
    }
}
