use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::BillingEvent;
use crate::{AccountId, StoreError};

/// An event on its way to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Names what is told; a second message with the same key is the same one.
    pub key: String,
    /// Whose event; `None` when it is for operators alone.
    pub account: Option<AccountId>,
    /// What happened.
    pub event: BillingEvent,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl Message {
    /// A message named by `key`.
    pub fn new(
        key: impl Into<String>,
        account: impl Into<Option<AccountId>>,
        event: BillingEvent,
        created_at: DateTime<Utc>,
    ) -> Self {
        Self { key: key.into(), account: account.into(), event, created_at }
    }
}

/// Keeps messages until they are delivered.
///
/// # Implementing
/// The key is unique in the storage. The outbox suite of `billing-testkit` has to pass.
#[async_trait]
pub trait Outbox: fmt::Debug + Send + Sync + 'static {
    /// Stores a message; `false` when one with its key is stored already.
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// The message is stored wholly or not at all; ask again.
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<O: Outbox + ?Sized> Outbox for Arc<O> {
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError> {
        (**self).enqueue(message).await
    }
}

const _: fn(&dyn Outbox) = |_| {};
