use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{Observation, Review, schedule};
use crate::{AccountId, Failure, Money, PaymentId, PaymentRef, PaymentStatus, Quote, QuoteId, Residue};

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
    /// The provider's page to pay on, where payers are sent to one.
    pub checkout_url: Option<String>,
    /// What is to be paid.
    pub amount: Money,
    /// What is credited for it, in the ledger's currency.
    pub credit: Money,
    /// How the credit came about; `None` when it was paid in the ledger's currency, or an operator named the credit.
    pub exchange: Option<Exchange>,
    /// How far it has come.
    pub status: PaymentStatus,
    /// What was really paid.
    pub paid: Option<Money>,
    /// What an operator has accepted as paid, in place of `amount`.
    pub accepted: Option<Accepted>,
    /// Why an operator must look at it. Each observation of a success judges again.
    pub review: Option<Review>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// What was taken back of it and did not come back, in the payment's currency.
    pub taken_back: Money,
    /// Counts the changes of what was taken back, and of what it is reckoned by.
    pub revision: u64,
    /// How often its provider was asked of our own accord since its status last changed.
    pub checks: u32,
    /// When its provider is to be asked next; `None` when it is left alone.
    pub next_check_at: Option<DateTime<Utc>>,
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
            checkout_url: None,
            amount,
            credit,
            exchange: None,
            status: PaymentStatus::Pending,
            paid: None,
            accepted: None,
            review: None,
            failure: None,
            taken_back: Money::zero(amount.currency()),
            revision: 0,
            checks: 0,
            next_check_at: schedule::next_check(PaymentStatus::Pending, 0, now),
            created_at: now,
            updated_at: now,
        }
    }

    /// Both of its ids.
    pub fn reference(&self) -> PaymentRef {
        PaymentRef::new(Some(self.id), self.external_id.clone())
    }

    /// Credited at the rate of a quote.
    #[must_use]
    pub fn with_quote(mut self, quote: &Quote) -> Self {
        self.credit = quote.credit;
        self.exchange = Some(Exchange { quote: quote.id, rate: quote.rate });
        self
    }

    /// Whether `other` asks for the same payment. What it is credited was settled when it was first asked for.
    pub fn is_same_request(&self, other: &Self) -> bool {
        (self.id, &self.account, &self.gateway, self.amount)
            == (other.id, &other.account, &other.gateway, other.amount)
    }

    /// What has to be paid for the credit: what was asked for, unless an operator has accepted something else.
    pub fn whole(&self) -> Money {
        self.accepted.as_ref().map_or(self.amount, |accepted| accepted.paid)
    }

    /// What a part of it is worth in the ledger's currency, and what rounding leaves over: on totals, so that the whole
    /// is exactly the credit. `None` when `part` is in another currency or out of range.
    pub fn worth(&self, part: Money) -> Option<(Money, Residue)> {
        let worth = self.credit.share(part, self.whole())?;
        match &self.exchange {
            Some(exchange) => Some((worth, Residue::of(part, exchange.rate, worth)?)),
            None => Some((worth, Residue::ZERO)),
        }
    }

    /// What taking back `part` more takes out of the ledger: the difference of what the totals are worth. `None` when
    /// `part` is in another currency or out of range.
    pub(crate) fn worth_of_next(&self, part: Money) -> Option<Money> {
        let (before, _) = self.worth(self.taken_back)?;
        let (after, _) = self.worth(self.taken_back.checked_add(part)?)?;
        after.checked_sub(before)
    }

    /// Takes over what an operator has accepted; `false` when something else was accepted before. See
    /// [`PaymentStore::accept`](crate::PaymentStore::accept).
    pub fn accept(
        &mut self,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> bool {
        if let Some(standing) = &self.accepted {
            return (standing.paid, self.credit) == (accepted.paid, credit);
        }
        // What is taken back is reckoned by other figures from now on.
        self.revision += 1;
        self.accepted = Some(accepted.clone());
        self.credit = credit;
        self.exchange = self.exchange.take().filter(|_| keeps_rate);
        self.updated_at = now;
        true
    }

    /// Takes over what was seen: the status rises, the rest is replaced where it is known.
    pub fn observe(&mut self, seen: &Observation, now: DateTime<Utc>) {
        let status = self.status.raised_by(seen.status);
        if status != self.status {
            self.status = status;
            self.checks = 0;
            self.next_check_at = schedule::next_check(status, 0, now);
        }
        self.paid = seen.paid.or(self.paid);
        self.failure = seen.failure.clone().or(self.failure.take());
        if self.status == PaymentStatus::Succeeded {
            self.failure = None;
        }
        // Only who has seen a success has judged it.
        if seen.status == PaymentStatus::Succeeded {
            // Whoever looked at it before an operator accepted it knows less.
            let is_accepted = self.accepted.as_ref().is_some_and(|accepted| Some(accepted.paid) == self.paid);
            self.review = seen.review.filter(|review| !(is_accepted && review.is_before_credit()));
        }
        self.updated_at = now;
    }
}

/// At which rate a payment is credited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// The quote that said so.
    pub quote: QuoteId,
    /// What one unit of the payment's currency is worth in the ledger's.
    pub rate: Decimal,
}

impl Exchange {
    /// At the rate of a quote.
    pub fn new(quote: QuoteId, rate: Decimal) -> Self {
        Self { quote, rate }
    }
}

/// What an operator has accepted as paid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// What was paid; later snapshots are compared with it.
    pub paid: Money,
    /// Which operator.
    pub actor: String,
}

impl Accepted {
    /// `actor` accepts `paid`.
    pub fn new(paid: Money, actor: impl Into<String>) -> Self {
        Self { paid, actor: actor.into() }
    }
}
