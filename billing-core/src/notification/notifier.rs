use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{BillingEvent, Language};
use crate::{AccountId, BoxError, TimeZone};

/// A message for one reader.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The message's key: a reader who gets it twice can tell.
    pub key: String,
    /// Where to: an e-mail address, a number, a URL, as the notifier understands it.
    pub recipient: String,
    /// The reader's name, where it is known.
    pub name: Option<String>,
    /// Whose event; `None` when it is for operators alone.
    pub account: Option<AccountId>,
    /// In which language.
    pub language: Language,
    /// Whose dates.
    pub time_zone: TimeZone,
    /// What happened.
    pub event: BillingEvent,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl Notification {
    /// Tells `recipient` what happened, in Ukrainian and with Kyiv's dates unless it says otherwise.
    pub fn new(
        key: impl Into<String>,
        recipient: impl Into<String>,
        event: BillingEvent,
        created_at: DateTime<Utc>,
    ) -> Self {
        Self {
            key: key.into(),
            recipient: recipient.into(),
            name: None,
            account: None,
            language: Language::default(),
            time_zone: TimeZone::default(),
            event,
            created_at,
        }
    }

    /// Addressed by name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// About an account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// In another language.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// With another zone's dates.
    #[must_use]
    pub fn with_time_zone(mut self, time_zone: TimeZone) -> Self {
        self.time_zone = time_zone;
        self
    }
}

impl fmt::Debug for Notification {
    /// Without recipient and name, which are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("key", &self.key)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// Delivers notifications.
///
/// # Implementing
/// An attempt has to end by itself well before the lease of a [`Dispatcher`](crate::Dispatcher) does: bound its time.
/// The same notification may come again; its key says so, and what is delivered should carry it. An error's text is
/// kept for operators: it names no recipient.
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

const _: fn(&dyn Notifier) = |_| {};
