use std::{fmt, str::FromStr};

use crate::{Currency, Failure, Money, PaymentStatus, TakeBack, TakeBackKind, UnknownWord};

/// How a payment was seen, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// How far it has come.
    pub status: PaymentStatus,
    /// What was really paid, where known.
    pub paid: Option<Money>,
    /// Why the last attempt failed, where known.
    pub failure: Option<Failure>,
    /// Why an operator must look at it.
    pub review: Option<Review>,
}

impl Observation {
    /// Only the status was seen.
    pub fn new(status: PaymentStatus) -> Self {
        Self { status, paid: None, failure: None, review: None }
    }

    /// What was really paid.
    #[must_use]
    pub fn with_paid(mut self, paid: Option<Money>) -> Self {
        self.paid = paid;
        self
    }

    /// Why the last attempt failed.
    #[must_use]
    pub fn with_failure(mut self, failure: Option<Failure>) -> Self {
        self.failure = failure;
        self
    }

    /// Why an operator must look at it.
    #[must_use]
    pub fn with_review(mut self, review: Option<Review>) -> Self {
        self.review = review;
        self
    }
}

/// Why an operator must look at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Review {
    /// Another amount or currency was paid than asked for; nothing was credited.
    PaidMismatch,
    /// The provider names another merchant than ours; nothing was credited.
    OtherMerchant,
    /// More was taken back than was paid; the surplus is not booked.
    TakenBackTooMuch,
    /// Something was taken back in another currency than the payment's; it is not booked.
    TakenBackOtherCurrency,
}

impl Review {
    const ALL: [Self; 4] =
        [Self::PaidMismatch, Self::OtherMerchant, Self::TakenBackTooMuch, Self::TakenBackOtherCurrency];

    /// Whether it keeps the payment from being credited.
    pub const fn is_before_credit(self) -> bool {
        matches!(self, Self::PaidMismatch | Self::OtherMerchant)
    }

    /// The word for storage and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaidMismatch => "paid_mismatch",
            Self::OtherMerchant => "other_merchant",
            Self::TakenBackTooMuch => "taken_back_too_much",
            Self::TakenBackOtherCurrency => "taken_back_other_currency",
        }
    }
}

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Review {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|review| review.as_str() == word)
            .ok_or_else(|| UnknownWord::new("review", word))
    }
}

/// What was taken back of a payment so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TakenBack {
    /// Taken and not come back, all objects together; it may exceed what was paid.
    pub total: Money,
    /// Counts the changes of what `total` comes from.
    pub revision: u64,
    /// All that was ever taken, whether or not it came back.
    pub gross: Money,
    /// What refunds took, whether or not it came back; without disputes.
    pub refunded: Money,
}

impl TakenBack {
    /// What these objects come to, as of `revision`. All are in `currency`.
    pub fn of<'a>(
        take_backs: impl IntoIterator<Item = &'a TakeBack>,
        currency: Currency,
        revision: u64,
    ) -> Self {
        let (mut total, mut gross, mut refunded) = (0_i64, 0_i64, 0_i64);
        for take_back in take_backs {
            total = total.saturating_add(take_back.net().micros());
            gross = gross.saturating_add(take_back.taken.micros());
            if take_back.kind == TakeBackKind::Refund {
                refunded = refunded.saturating_add(take_back.taken.micros());
            }
        }
        let money = |micros| Money::from_micros(micros, currency);
        Self { total: money(total), revision, gross: money(gross), refunded: money(refunded) }
    }
}
