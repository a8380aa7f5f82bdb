use std::{fmt, str::FromStr, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::{HoldId, Money, PaymentId, RefundId, UnknownWord};

/// A refund that an operator has asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredRefund {
    /// Its name, and that of the hold on its money.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much, in the payment's currency.
    pub amount: Money,
    /// What refunds had taken of the payment before this one was asked for.
    pub taken_before: Money,
    /// Whether it may push the account into debt; then its money is not held.
    pub allows_debt: bool,
    /// Which operator asked for it.
    pub actor: String,
    /// How far it has come.
    pub state: RefundState,
    /// Why it was not done.
    pub failure: Option<String>,
    /// How often the provider was asked.
    pub attempts: u32,
    /// When it is gone on with, while it is open.
    pub next_try_at: DateTime<Utc>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl StoredRefund {
    /// A refund that begins now.
    pub fn new(
        id: RefundId,
        payment: PaymentId,
        amount: Money,
        taken_before: Money,
        actor: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            payment,
            amount,
            taken_before,
            allows_debt: false,
            actor: actor.into(),
            state: RefundState::Requested,
            failure: None,
            attempts: 0,
            next_try_at: now,
            created_at: now,
            updated_at: now,
        }
    }

    /// Lets it push the account into debt.
    #[must_use]
    pub fn allowing_debt(mut self, allows_debt: bool) -> Self {
        self.allows_debt = allows_debt;
        self
    }

    /// The hold on its money.
    pub fn hold(&self) -> HoldId {
        HoldId::from(self.id.as_uuid())
    }

    /// Whether refunds of `refunded` in all show that this one was done.
    pub fn is_shown_by(&self, refunded: Money) -> bool {
        let expected = self.taken_before.micros().saturating_add(self.amount.micros());
        refunded.currency() == self.amount.currency() && refunded.micros() >= expected
    }

    /// Takes over a state that it has not left yet.
    pub fn move_to(&mut self, state: RefundState, failure: Option<&str>, now: DateTime<Utc>) {
        let moved = self.state.moved_to(state);
        if moved != self.state {
            self.state = moved;
            self.failure = failure.map(str::to_owned);
            self.updated_at = now;
        }
    }

    /// Whether `other` asks for the same refund.
    pub fn is_same_request(&self, other: &Self) -> bool {
        (self.id, self.payment, self.amount, self.allows_debt)
            == (other.id, other.payment, other.amount, other.allows_debt)
    }
}

/// How far a refund has come. It only moves on: from requested to accepted, and from either to done or declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefundState {
    /// Written down; whether the provider has heard of it is not known.
    Requested,
    /// The provider has taken it on.
    Accepted,
    /// The provider shows it among what it has taken back.
    Done,
    /// It was not done.
    Declined,
}

impl RefundState {
    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Done => "done",
            Self::Declined => "declined",
        }
    }

    /// Whether it still has somewhere to go.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Accepted)
    }

    /// The state after hearing `news`: it moves on or stays.
    #[must_use]
    pub const fn moved_to(self, news: Self) -> Self {
        match (self, news) {
            (Self::Done | Self::Declined, _) | (Self::Accepted, Self::Requested) => self,
            _ => news,
        }
    }
}

impl fmt::Display for RefundState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RefundState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Requested, Self::Accepted, Self::Done, Self::Declined]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownWord::new("refund state", word))
    }
}

/// Keeps the refunds that operators have asked for.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// The storage allows one open refund of a payment. The refund store suite of `billing-testkit` has to pass.
#[async_trait]
pub trait RefundStore: fmt::Debug + Send + Sync + 'static {
    /// Stores a new refund. A repeat with the same id and content answers the stored one.
    ///
    /// # Errors
    /// [`StoreError::RefundOpen`] while another refund of the payment is open; [`StoreError::RefundIdReused`].
    async fn insert_refund(&self, refund: &StoredRefund) -> Result<StoredRefund, StoreError>;

    /// A refund by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn refund(&self, id: RefundId) -> Result<Option<StoredRefund>, StoreError>;

    /// The open refund of a payment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn open_refund(&self, payment: PaymentId) -> Result<Option<StoredRefund>, StoreError>;

    /// Moves a refund on; a state that it has left already changes nothing.
    ///
    /// # Errors
    /// [`StoreError::RefundNotFound`].
    async fn move_refund(
        &self,
        id: RefundId,
        state: RefundState,
        failure: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<StoredRefund, StoreError>;

    /// Puts an open refund off to `until`, if it still stands where it was `seen`; `false` when somebody else has taken
    /// it, or it has ended: of many who ask at once, one may go on.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn claim_refund(&self, seen: &StoredRefund, until: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Takes up to `limit` open refunds whose time has come, counts an attempt of each, and puts them off until
    /// `until`: nobody else takes them before.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn due_refunds(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredRefund>, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: RefundStore + ?Sized> RefundStore for Arc<S> {
    async fn insert_refund(&self, refund: &StoredRefund) -> Result<StoredRefund, StoreError> {
        (**self).insert_refund(refund).await
    }
    async fn refund(&self, id: RefundId) -> Result<Option<StoredRefund>, StoreError> {
        (**self).refund(id).await
    }
    async fn open_refund(&self, payment: PaymentId) -> Result<Option<StoredRefund>, StoreError> {
        (**self).open_refund(payment).await
    }
    async fn move_refund(
        &self,
        id: RefundId,
        state: RefundState,
        failure: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<StoredRefund, StoreError> {
        (**self).move_refund(id, state, failure, now).await
    }
    async fn claim_refund(&self, seen: &StoredRefund, until: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).claim_refund(seen, until).await
    }
    async fn due_refunds(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredRefund>, StoreError> {
        (**self).due_refunds(now, until, limit).await
    }
}

const _: fn(&dyn RefundStore) = |_| {};
