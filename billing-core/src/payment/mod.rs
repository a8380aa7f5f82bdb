//! Payments: attempts to pay through a gateway, and where they are kept.
mod claim;
mod error;
mod record;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
pub use claim::{Claim, IdempotencyKeys};
pub use error::StoreError;
pub use record::{Observation, Payment, PaymentQuery, Review, TakenBack};

use crate::{PaymentId, TakeBack};

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
    /// Stores a new payment. A repeat with the same id, account, gateway and amounts answers the stored one.
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

    /// Stores the provider's id of a payment. A repeat with the same id changes nothing.
    ///
    /// # Errors
    /// [`StoreError::ExternalIdTaken`] when the payment has another, or another payment has this one.
    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
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
    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        (**self).attach(id, external_id, now).await
    }
    async fn take_back(
        &self,
        id: PaymentId,
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        (**self).take_back(id, take_backs, now).await
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
}

const _: fn(&dyn PaymentStore) = |_| {};
