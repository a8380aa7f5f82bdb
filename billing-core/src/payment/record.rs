use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use crate::{AccountId, Failure, Money, PaymentId, PaymentRef, PaymentStatus, UnknownWord};

/// One attempt to pay through a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payment {
    /// Our id, and that of the posting that credits it.
    pub id: PaymentId,
    /// Who is credited.
    pub account: AccountId,
    /// Through which gateway.
    pub gateway: String,
    /// The provider's id of the order, once known.
    pub external_id: Option<String>,
    /// What is to be paid.
    pub amount: Money,
    /// What is credited for it, in the ledger's currency.
    pub credit: Money,
    /// How far it has come.
    pub status: PaymentStatus,
    /// What was really paid.
    pub paid: Option<Money>,
    /// Why an operator must look at it. Each observation of a success judges again.
    pub review: Option<Review>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// What was taken back of it and did not come back, in the payment's currency.
    pub taken_back: Money,
    /// Counts the changes of `taken_back`.
    pub revision: u64,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Payment {
    /// A payment that starts now.
    pub fn new(
        id: PaymentId,
        account: AccountId,
        gateway: impl Into<String>,
        amount: Money,
        credit: Money,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            account,
            gateway: gateway.into(),
            external_id: None,
            amount,
            credit,
            status: PaymentStatus::Pending,
            paid: None,
            review: None,
            failure: None,
            taken_back: Money::zero(amount.currency()),
            revision: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Both of its ids.
    pub fn reference(&self) -> PaymentRef {
        PaymentRef::new(Some(self.id), self.external_id.clone())
    }

    /// Whether `other` asks for the same payment.
    pub fn is_same_request(&self, other: &Self) -> bool {
        (self.id, &self.account, &self.gateway, self.amount, self.credit)
            == (other.id, &other.account, &other.gateway, other.amount, other.credit)
    }

    /// Takes over what was seen: the status rises, the rest is replaced where it is known.
    pub fn observe(&mut self, seen: &Observation, now: DateTime<Utc>) {
        self.status = self.status.raised_by(seen.status);
        self.paid = seen.paid.or(self.paid);
        self.failure = seen.failure.clone().or(self.failure.take());
        if self.status == PaymentStatus::Succeeded {
            self.failure = None;
        }
        // Only who has seen a success has judged it.
        if seen.status == PaymentStatus::Succeeded {
            self.review = seen.review;
        }
        self.updated_at = now;
    }
}

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
    /// More was taken back than was paid; the surplus is not booked.
    TakenBackTooMuch,
}

impl Review {
    /// The word for storage and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaidMismatch => "paid_mismatch",
            Self::TakenBackTooMuch => "taken_back_too_much",
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
        [Self::PaidMismatch, Self::TakenBackTooMuch]
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
    /// Counts the changes of `total`; 0 when nothing was ever taken back.
    pub revision: u64,
}

impl TakenBack {
    /// `total` as of `revision`.
    pub fn new(total: Money, revision: u64) -> Self {
        Self { total, revision }
    }
}

/// Which payments to list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PaymentQuery {
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only in this status.
    pub status: Option<PaymentStatus>,
    /// Only those an operator must look at.
    pub needs_review: bool,
    /// How many, at most [`PaymentQuery::MAX_LIMIT`].
    pub limit: u32,
}

impl PaymentQuery {
    /// The longest list.
    pub const MAX_LIMIT: u32 = 1_000;

    /// The newest `limit` payments.
    pub fn newest(limit: u32) -> Self {
        Self { limit: limit.clamp(1, Self::MAX_LIMIT), ..Self::default() }
    }

    /// Only of one account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Only in one status.
    #[must_use]
    pub fn with_status(mut self, status: PaymentStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only those an operator must look at.
    #[must_use]
    pub fn with_needs_review(mut self) -> Self {
        self.needs_review = true;
        self
    }
}
