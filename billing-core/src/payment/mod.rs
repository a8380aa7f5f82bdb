//! Payments: attempts to pay through a gateway, and where they are kept.
mod claim;
mod error;
mod observation;
mod query;
mod record;
mod refund;
pub(crate) mod schedule;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
pub use claim::{Claim, IdempotencyKeys};
pub use error::StoreError;
pub use observation::{Observation, Review, TakenBack};
pub use query::PaymentQuery;
pub use record::{Accepted, Exchange, Payment};
pub use refund::{RefundState, RefundStore, StoredRefund};

use crate::{Checkout, Money, PaymentId, TakeBack};

/// Keeps payments and what was taken back of them.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// Changes of one payment take place under a lock that other processes see too. `(gateway, external id)` is unique.
/// The payment store suite of `billing-testkit` has to pass.
#[async_trait]
pub trait PaymentStore: fmt::Debug + Send + Sync + 'static {
    /// Stores a new payment. A repeat with the same id, account, gateway and amount answers the stored one.
    ///
    /// # Errors
    /// [`StoreError::IdReused`] when the id names another payment.
    async fn insert(&self, payment: &Payment) -> Result<Payment, StoreError>;

    /// A payment by our id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, id: PaymentId) -> Result<Option<Payment>, StoreError>;

    /// A payment by its provider's id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn find(&self, gateway: &str, external_id: &str) -> Result<Option<Payment>, StoreError>;

    /// Takes the right to open the payment's order at its provider, until `until`: meanwhile it is
    /// [`Opening::Busy`] for everybody else.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    async fn begin_opening(
        &self,
        id: PaymentId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Opening, StoreError>;

    /// Gives that right back, without an order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn end_opening(&self, id: PaymentId) -> Result<(), StoreError>;

    /// Stores the provider's id of a payment and, where payers are sent to one, the page to pay on; that ends its
    /// opening. A repeat with the same id changes nothing but a page that was unknown.
    ///
    /// # Errors
    /// [`StoreError::ExternalIdTaken`] when the payment has another, or another payment has this one.
    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        checkout_url: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError>;

    /// Stores what an operator has accepted as paid, and what is credited for it: at the payment's exchange rate when
    /// `keeps_rate`, else as the operator says. It raises the payment's revision. A repeat changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::AcceptedOtherwise`] when another amount or credit was accepted before.
    async fn accept(
        &self,
        id: PaymentId,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError>;

    /// Merges what is known of take-backs into what is stored. Each change raises the payment's revision.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    async fn take_back(
        &self,
        id: PaymentId,
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError>;

    /// What is known of take-backs of a payment, by their provider's ids.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn take_backs(&self, id: PaymentId) -> Result<Vec<TakeBack>, StoreError>;

    /// Stores how a payment was seen. Its status only rises.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    async fn record(
        &self,
        id: PaymentId,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError>;

    /// Lists payments, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(&self, query: &PaymentQuery) -> Result<Vec<Payment>, StoreError>;

    /// Takes up to `limit` payments whose provider is to be asked by now, the longest waiting first, and puts them off
    /// until `until`: nobody else takes them before.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn due_checks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError>;

    /// Counts a check of a payment and says when the next one is, unless its status or its checks have changed since
    /// `seen`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn checked(&self, seen: &Payment, next_check_at: Option<DateTime<Utc>>) -> Result<(), StoreError>;
}

/// Whether a payment's order may be opened now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opening {
    /// By the caller, and nobody else until the time it named.
    Begun(Payment),
    /// It was opened, and this is how to pay it.
    Opened(Payment, Checkout),
    /// Somebody else is at it.
    Busy,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: PaymentStore + ?Sized> PaymentStore for Arc<S> {
    async fn insert(&self, payment: &Payment) -> Result<Payment, StoreError> {
        (**self).insert(payment).await
    }
    async fn get(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        (**self).get(id).await
    }
    async fn find(&self, gateway: &str, external_id: &str) -> Result<Option<Payment>, StoreError> {
        (**self).find(gateway, external_id).await
    }
    async fn begin_opening(
        &self,
        id: PaymentId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Opening, StoreError> {
        (**self).begin_opening(id, now, until).await
    }
    async fn end_opening(&self, id: PaymentId) -> Result<(), StoreError> {
        (**self).end_opening(id).await
    }
    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        checkout_url: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        (**self).attach(id, external_id, checkout_url, now).await
    }
    async fn accept(
        &self,
        id: PaymentId,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        (**self).accept(id, accepted, credit, keeps_rate, now).await
    }
    async fn take_back(
        &self,
        id: PaymentId,
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        (**self).take_back(id, take_backs, now).await
    }
    async fn take_backs(&self, id: PaymentId) -> Result<Vec<TakeBack>, StoreError> {
        (**self).take_backs(id).await
    }
    async fn record(
        &self,
        id: PaymentId,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        (**self).record(id, observation, now).await
    }
    async fn list(&self, query: &PaymentQuery) -> Result<Vec<Payment>, StoreError> {
        (**self).list(query).await
    }
    async fn due_checks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        (**self).due_checks(now, until, limit).await
    }
    async fn checked(&self, seen: &Payment, next_check_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        (**self).checked(seen, next_check_at).await
    }
}

const _: fn(&dyn PaymentStore) = |_| {};
