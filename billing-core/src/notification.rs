//! Telling people what happened: messages in the outbox, and who delivers them.
use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, BoxError, Money, PaymentId, RefundId, StoreError, WebhookId};

/// What happened: facts, not text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BillingEvent {
    /// A payment was credited.
    PaymentSucceeded {
        /// Which payment.
        payment: PaymentId,
        /// What was credited.
        credited: Money,
        /// The account's balance after it.
        balance: Money,
    },
    /// An attempt to pay failed, or a payment was closed without money.
    PaymentFailed {
        /// Which payment.
        payment: PaymentId,
        /// What was to be paid.
        amount: Money,
        /// The provider's code, or how the payment ended.
        reason: String,
    },
    /// A refund or dispute took money back, or gave it back.
    TakenBack {
        /// Which payment.
        payment: PaymentId,
        /// The total taken back of it so far, in the payment's currency.
        total: Money,
        /// The account's balance after it.
        balance: Money,
    },
    /// A refund that an operator has asked for will not be done.
    RefundDeclined {
        /// Which refund.
        refund: RefundId,
        /// Of which payment.
        payment: PaymentId,
        /// How much it was.
        amount: Money,
        /// The provider's code, or why its money could not be had.
        reason: String,
    },
    /// An authentic webhook is about a payment that was not started here, or can't be read.
    WebhookUnmatched {
        /// Which webhook.
        webhook: WebhookId,
        /// The gateway's name.
        gateway: String,
        /// The provider's word for what happened.
        event: String,
    },
    /// An operator must look at a payment.
    NeedsReview {
        /// Which payment.
        payment: PaymentId,
        /// Why.
        review: String,
    },
}

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

/// A message for one reader.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The message's key: a reader who gets it twice can tell.
    pub key: String,
    /// Where to: an e-mail address, a number, a URL, as the notifier understands it.
    pub recipient: String,
    /// What happened.
    pub event: BillingEvent,
}

impl Notification {
    /// Tells `recipient` what happened.
    pub fn new(key: impl Into<String>, recipient: impl Into<String>, event: BillingEvent) -> Self {
        Self { key: key.into(), recipient: recipient.into(), event }
    }
}

impl fmt::Debug for Notification {
    /// Without the recipient, which is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("key", &self.key)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// Delivers notifications.
///
/// # Cancel safety
/// Dropping the future may leave the notification delivered or not; it is delivered again with the same key.
#[async_trait]
pub trait Notifier: fmt::Debug + Send + Sync + 'static {
    /// Delivers one notification.
    ///
    /// # Errors
    /// [`NotifyError`], which says whether to try again.
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<N: Notifier + ?Sized> Notifier for Arc<N> {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        (**self).notify(notification).await
    }
}

/// Why a notification was not delivered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// This recipient will never get it.
    #[error("recipient was refused")]
    Refused(#[source] BoxError),
    /// Nobody gets anything just now; try again.
    #[error("notification channel is unavailable")]
    Unavailable(#[source] BoxError),
    /// The text could not be made.
    #[error("notification could not be rendered")]
    Render(#[source] BoxError),
}

impl NotifyError {
    /// Whether the same notification may be delivered later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

const _: fn(&dyn Outbox, &dyn Notifier) = |_, _| {};
