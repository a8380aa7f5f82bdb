use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::{AccountId, PaymentId};

/// A caller's key and the payment it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// Whose key; others may use the same.
    pub account: AccountId,
    /// Which call the key was sent with.
    pub route: String,
    /// The key, as the caller made it.
    pub key: String,
    /// What the call asked for: the same key with something else is a mistake.
    pub content: String,
    /// The payment that the key stands for.
    pub payment: PaymentId,
    /// When the key was first seen.
    pub claimed_at: DateTime<Utc>,
}

impl Claim {
    /// `key` stands for `payment`, unless it stands for another one already.
    pub fn new(
        account: AccountId,
        route: impl Into<String>,
        key: impl Into<String>,
        content: impl Into<String>,
        payment: PaymentId,
        claimed_at: DateTime<Utc>,
    ) -> Self {
        Self { account, route: route.into(), key: key.into(), content: content.into(), payment, claimed_at }
    }
}

/// Remembers which payment a caller's idempotency key stands for.
///
/// # Implementing
/// `(account, route, key)` is unique in the storage. The idempotency key suite of `billing-testkit` has to pass.
#[async_trait]
pub trait IdempotencyKeys: fmt::Debug + Send + Sync + 'static {
    /// Claims a key before anything is done for it, and answers the claim that stands: this one if it is the first.
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// The claim is stored wholly or not at all; claim again.
    async fn claim(&self, claim: &Claim) -> Result<Claim, StoreError>;

    /// Lets a key stand for `payment` from now on, if it still stands for the claim's, and answers the claim that
    /// stands then.
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// The claim is replaced wholly or not at all; ask again.
    async fn replace(&self, claim: &Claim, payment: PaymentId) -> Result<Claim, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<K: IdempotencyKeys + ?Sized> IdempotencyKeys for Arc<K> {
    async fn claim(&self, claim: &Claim) -> Result<Claim, StoreError> {
        (**self).claim(claim).await
    }
    async fn replace(&self, claim: &Claim, payment: PaymentId) -> Result<Claim, StoreError> {
        (**self).replace(claim, payment).await
    }
}

const _: fn(&dyn IdempotencyKeys) = |_| {};
