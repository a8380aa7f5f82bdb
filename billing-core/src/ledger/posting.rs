use std::{fmt, str::FromStr, sync::Arc};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{RefusalReason, UnknownWord};
use crate::{AccountId, InvalidName, Money, Operation, PostingId, Residue};

/// An immutable line of the ledger.
///
/// It names both sides; one of them is always the account whose line it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Posting {
    /// Its name: the hold's for a capture, the payment's for a top-up.
    pub id: PostingId,
    /// Whose line it is.
    pub account: AccountId,
    /// Its place among the account's postings: 1, 2, 3, …
    pub sequence: u64,
    /// What it records.
    pub kind: PostingKind,
    /// Where the amount comes from.
    pub debit: BookAccount,
    /// Where the amount goes.
    pub credit: BookAccount,
    /// What moves; never below zero, and zero only for usage that is not charged.
    pub amount: Money,
    /// The account's settled balance after it.
    pub balance_after: Money,
    /// What was asked for beyond `amount` and could not be taken.
    pub uncollected: Money,
    /// What rounding an exchange left over: it goes to [`HouseAccount::Exchange`] from the same side as `amount`, or
    /// back when it is negative.
    pub residue: Residue,
    /// Whether it captures a hold that had expired.
    pub late: bool,
    /// Why the call would have been refused, had it not only been observed; `uncollected` is what it would have cost.
    pub would_refuse: Option<RefusalReason>,
    /// What was paid for.
    pub operation: Option<Operation>,
    /// How the cost came about.
    pub breakdown: Option<Breakdown>,
    /// The top-up that a reversal or reinstatement is about.
    pub top_up: Option<PostingId>,
    /// Why an operator made it.
    pub memo: Option<String>,
    /// Which operator made it.
    pub actor: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Posting {
    /// A posting that moves `amount` from one side to the other, with no place among the account's postings yet.
    pub fn new(
        id: PostingId,
        account: AccountId,
        kind: PostingKind,
        debit: BookAccount,
        credit: BookAccount,
        amount: Money,
        created_at: DateTime<Utc>,
    ) -> Self {
        let zero = Money::zero(amount.currency());
        Self {
            id,
            account,
            sequence: 0,
            kind,
            debit,
            credit,
            amount,
            balance_after: zero,
            uncollected: zero,
            residue: Residue::ZERO,
            late: false,
            would_refuse: None,
            operation: None,
            breakdown: None,
            top_up: None,
            memo: None,
            actor: None,
            created_at,
        }
    }

    /// What it does to the account's balance: positive when the account is credited.
    pub fn change(&self) -> Money {
        if matches!(&self.credit, BookAccount::Owned(id) if *id == self.account) {
            self.amount
        } else {
            Money::from_micros(-self.amount.micros(), self.amount.currency())
        }
    }

    /// The gateway that the money comes from or goes to.
    pub fn gateway(&self) -> Option<&str> {
        [&self.debit, &self.credit].into_iter().find_map(|side| match side {
            BookAccount::House(HouseAccount::Gateway(name)) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// What a posting records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PostingKind {
    /// Money came in.
    TopUp,
    /// A call was paid, out of a hold or directly.
    Capture,
    /// A top-up was taken back, wholly or partly.
    Reversal,
    /// Something taken back was given back.
    Reinstatement,
    /// An operator's correction.
    Adjustment,
}

impl PostingKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::TopUp, Self::Capture, Self::Reversal, Self::Reinstatement, Self::Adjustment];

    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Capture => "capture",
            Self::Reversal => "reversal",
            Self::Reinstatement => "reinstatement",
            Self::Adjustment => "adjustment",
        }
    }
}

impl fmt::Display for PostingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PostingKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownWord::new("posting kind", word))
    }
}

/// One side of a posting.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BookAccount {
    /// An account of somebody who pays.
    Owned(AccountId),
    /// One of the deployment's own.
    House(HouseAccount),
}

/// An account of the deployment itself. It has no row: its balance is computed from postings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum HouseAccount {
    /// Money at a payment provider, by the gateway's name.
    Gateway(String),
    /// What was earned.
    Revenue,
    /// The rounding residue of currency exchange.
    Exchange,
    /// The other side of operators' corrections.
    Adjustments,
}

impl fmt::Display for HouseAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway(name) => write!(f, "@gateway/{name}"),
            Self::Revenue => f.write_str("@revenue"),
            Self::Exchange => f.write_str("@exchange"),
            Self::Adjustments => f.write_str("@adjustments"),
        }
    }
}

impl fmt::Display for BookAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owned(id) => fmt::Display::fmt(id, f),
            Self::House(house) => fmt::Display::fmt(house, f),
        }
    }
}

impl FromStr for BookAccount {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let house = match text {
            "@revenue" => HouseAccount::Revenue,
            "@exchange" => HouseAccount::Exchange,
            "@adjustments" => HouseAccount::Adjustments,
            _ => match text.strip_prefix("@gateway/") {
                Some(name) => HouseAccount::Gateway(name.to_owned()),
                None => return AccountId::new(text).map(Self::Owned),
            },
        };
        Ok(Self::House(house))
    }
}

/// How a cost came about: a JSON object of at most 8 KiB, kept as it was written. Clones share the text.
///
/// # Examples
/// ```
/// use billing_core::Breakdown;
///
/// let breakdown = Breakdown::new(r#"{"base_usd":0.0024,"units":3}"#)?;
/// assert_eq!(breakdown.as_str(), r#"{"base_usd":0.0024,"units":3}"#);
/// assert!(Breakdown::new("[]").is_err());
/// # Ok::<(), billing_core::InvalidBreakdown>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakdown(Arc<str>);

impl Breakdown {
    const LIMIT_BYTES: usize = 8 * 1024;

    /// Takes JSON text.
    ///
    /// # Errors
    /// [`InvalidBreakdown`] when it is not a JSON object or too long.
    pub fn new(json: impl Into<String>) -> Result<Self, InvalidBreakdown> {
        let json = json.into();
        let object = json.len() <= Self::LIMIT_BYTES
            && json.starts_with('{')
            && serde_json::from_str::<&RawValue>(&json).is_ok();
        if object { Ok(Self(json.into())) } else { Err(InvalidBreakdown) }
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Breakdown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// The text is not a JSON object of at most 8 KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a breakdown is a JSON object of at most 8 KiB")]
pub struct InvalidBreakdown;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_posting_survive_storage() {
        for text in ["@gateway/stripe", "@revenue", "@exchange", "@adjustments", "acme"] {
            assert_eq!(text.parse::<BookAccount>().unwrap().to_string(), text);
        }
        assert!("@other".parse::<BookAccount>().is_err());
    }

    #[test]
    fn a_breakdown_is_a_bounded_object() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(9_000));
        for bad in ["", "1", "null", "{", "{} {}", &long] {
            assert!(Breakdown::new(bad).is_err(), "{bad:.20}");
        }
    }
}
