//! The ledger: who has how much, and why.
mod account;
mod error;
mod hold;
mod posting;
mod query;
mod request;
pub mod rules;

use std::{fmt, sync::Arc};

pub use account::{Account, AccountChange, BalanceAlarm, LedgerSettings, SpendWindow};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
pub use error::{LedgerError, LimitExceeded, Period, RefusalReason};
pub use hold::{Authorization, Hold, HoldState, UnknownWord};
pub use posting::{BookAccount, Breakdown, HouseAccount, InvalidBreakdown, Posting, PostingKind};
pub use query::{Audit, Cursor, Difference, HistoryQuery, ObservedRefusals, Page, UsageBucket, UsageQuery};
pub use request::{Adjust, Authorize, Capture, Charge, Extend, Reverse, TopUp, Void};

use crate::AccountId;

/// Keeps balances, holds and postings.
///
/// # The contract
/// - `available = posted − held`. No [`authorize`](Ledger::authorize) or [`charge`](Ledger::charge) makes it
///   negative, whatever runs at once. Only [`reverse`](Ledger::reverse) may push `posted` below zero; the account is
///   then *in debt*.
/// - **The id is the idempotency key**, unique per account. The same id with the same content gets the same answer,
///   with the current state; with other content it is [`LedgerError::IdReused`]. Ids are UUIDs of version 7 that lie
///   at most a day ahead of the ledger's clock.
/// - Refusals come in this order: suspended, in debt, insufficient funds, daily limit, monthly limit. They are not
///   stored.
/// - A hold ends once. Expiry only frees its money: the first capture or void after it still decides how the call
///   ended, and a late capture takes at most what is available then.
/// - A hold whose time is over counts as expired from then on: nobody is refused for it, and
///   [`account`](Ledger::account) does not show it. What a *granted* call tells as available may still leave it out.
/// - Postings are never changed or removed. Each names both sides.
/// - Windows of the limits are local days and months of the account; they only move forward. Open holds count as
///   used. A hold gives its share back only to the windows it was placed in.
///
/// # Errors
/// Every method may answer [`LedgerError::Unavailable`] (outcome unknown: ask again with the same id) and
/// [`LedgerError::Backend`]. Requests that break a rule of form are refused with [`LedgerError::InvalidId`],
/// [`LedgerError::InvalidAmount`], [`LedgerError::WrongCurrency`] or [`LedgerError::InvalidRequest`].
///
/// # Cancel safety
/// Dropping the future of any method leaves the request done wholly or not at all. Ask again with the same id to
/// learn which.
///
/// # Implementing
/// Take one account at a time under a lock that other processes see too, and let [`rules`] do the arithmetic;
/// [`MemoryLedger`](crate::MemoryLedger) is the shortest complete example. A back end is done when the ledger suite
/// of `billing-testkit` passes.
#[async_trait]
pub trait Ledger: fmt::Debug + Send + Sync + 'static {
    /// Sets money aside for a call.
    ///
    /// # Errors
    /// A refusal, when the account may not spend the amount and is not only [observed](Authorize::observed);
    /// [`LedgerError::HoldClosed`] when the hold exists and has ended, so that a repeated call does not run on it;
    /// [`LedgerError::HoldOpen`] when it exists and was to be the [first](Authorize::first).
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError>;

    /// Takes the cost of a call out of its hold and frees the rest.
    ///
    /// Up to the open hold it always succeeds. Above it, what is available beyond the hold is taken, never more; the
    /// rest is written on the posting as `uncollected`. A capture of a call that was
    /// [let through](Capture::let_through) needs no hold.
    ///
    /// # Errors
    /// [`LedgerError::HoldNotFound`]; [`LedgerError::HoldClosed`] when it was voided; [`LedgerError::IdReused`] when
    /// it was captured with another amount.
    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError>;

    /// Frees a hold. A hold that is unknown is stored as voided, so that an authorize still on its way loses.
    ///
    /// # Errors
    /// [`LedgerError::HoldClosed`] when it was captured.
    async fn void(&self, request: Void) -> Result<(), LedgerError>;

    /// Gives an open hold more time; it never revives an ended one.
    ///
    /// # Errors
    /// [`LedgerError::HoldNotFound`]; [`LedgerError::HoldClosed`].
    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError>;

    /// Takes a known cost in one step.
    ///
    /// # Errors
    /// A refusal, as for [`Ledger::authorize`]; [`LedgerError::IdReused`].
    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError>;

    /// Credits money that came in.
    ///
    /// # Errors
    /// [`LedgerError::IdReused`].
    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError>;

    /// Sets how much of a top-up has been taken back so far. `None` when this call moved nothing: it was a repeat,
    /// an older revision, or the total stayed the same.
    ///
    /// # Errors
    /// [`LedgerError::TopUpNotFound`]; [`LedgerError::IdReused`] when the revision was applied with another total.
    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError>;

    /// Corrects a balance by hand.
    ///
    /// # Errors
    /// [`LedgerError::InsufficientFunds`] when more would be taken than is available; [`LedgerError::IdReused`].
    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError>;

    /// How an account stands; it is opened with the deployment's defaults at first sight.
    ///
    /// # Errors
    /// Those of the trait.
    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError>;

    /// Changes limits, zone, flags, tier or threshold.
    ///
    /// # Errors
    /// [`LedgerError::LimitAboveCeiling`]; [`LedgerError::InvalidAmount`] for a negative limit or threshold.
    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError>;

    /// Lists postings, newest first.
    ///
    /// # Errors
    /// Those of the trait.
    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError>;

    /// Sums up spending by local day and operation, in that order.
    ///
    /// # Errors
    /// [`LedgerError::InvalidRequest`] when the span is longer than [`UsageQuery::MAX_DAYS`].
    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError>;

    /// Sums up what observed calls would have been refused, from one instant to before another: by account, operation
    /// and reason, the dearest first, at most [`ObservedRefusals::MOST`].
    ///
    /// # Errors
    /// Those of the trait.
    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError>;

    /// Frees up to `limit` holds whose time is over and tells how many.
    ///
    /// # Errors
    /// Those of the trait.
    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError>;

    /// Recomputes every balance from postings and holds, in one consistent snapshot.
    ///
    /// # Errors
    /// Those of the trait. A difference is no error: it is in the answer.
    async fn verify(&self) -> Result<Audit, LedgerError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<L: Ledger + ?Sized> Ledger for Arc<L> {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        (**self).authorize(request).await
    }
    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        (**self).capture(request).await
    }
    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        (**self).void(request).await
    }
    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        (**self).extend(request).await
    }
    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        (**self).charge(request).await
    }
    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        (**self).top_up(request).await
    }
    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        (**self).reverse(request).await
    }
    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        (**self).adjust(request).await
    }
    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        (**self).account(id).await
    }
    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        (**self).configure(id, change).await
    }
    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        (**self).history(query).await
    }
    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        (**self).usage(query).await
    }
    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        (**self).observed(from, to).await
    }
    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        (**self).expire_holds(limit).await
    }
    async fn verify(&self) -> Result<Audit, LedgerError> {
        (**self).verify().await
    }
}

const _: fn(&dyn Ledger) = |_| {};
