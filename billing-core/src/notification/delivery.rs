use std::{fmt, str::FromStr, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Message;
use crate::{AccountId, StoreError, UnknownWord};

/// A message in the outbox, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxEntry {
    /// What is told.
    pub message: Message,
    /// What became of it.
    pub state: MessageState,
    /// How often somebody took it to deliver it.
    pub attempts: u32,
    /// When it is taken next, while it waits.
    pub next_try_at: DateTime<Utc>,
    /// Since when it waits: since it was put in, or was sent on its way again by an operator.
    pub waiting_since: DateTime<Utc>,
    /// Why it is not delivered, for people.
    pub detail: Option<String>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl OutboxEntry {
    /// A message that was just put in.
    pub fn new(message: Message) -> Self {
        let now = message.created_at;
        Self {
            message,
            state: MessageState::Waiting,
            attempts: 0,
            next_try_at: now,
            waiting_since: now,
            detail: None,
            updated_at: now,
        }
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageState {
    /// On its way.
    Waiting,
    /// Handed over to whoever carries it on.
    Delivered,
    /// Nobody is to be told: it is not wanted, or nobody's address is known.
    Skipped,
    /// Could not be delivered: an operator has to look.
    GivenUp,
    /// An operator has taken it out.
    Dropped,
}

impl MessageState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Delivered, Self::Skipped, Self::GivenUp, Self::Dropped];

    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for MessageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MessageState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownWord::new("state of a message", word))
    }
}

/// How an attempt to deliver a message ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// It was handed over.
    Delivered,
    /// Nobody is to be told.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It is tried again.
    PutOff {
        /// When.
        until: DateTime<Utc>,
        /// Why it was not delivered now.
        reason: String,
    },
    /// It is not tried again.
    GivenUp {
        /// Why.
        reason: String,
    },
}

impl DeliveryOutcome {
    /// The state that it leads to.
    pub const fn state(&self) -> MessageState {
        match self {
            Self::Delivered => MessageState::Delivered,
            Self::Skipped { .. } => MessageState::Skipped,
            Self::PutOff { .. } => MessageState::Waiting,
            Self::GivenUp { .. } => MessageState::GivenUp,
        }
    }

    /// Why it was not delivered.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Delivered => None,
            Self::Skipped { reason } | Self::PutOff { reason, .. } | Self::GivenUp { reason } => Some(reason),
        }
    }
}

/// Which messages to list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxQuery {
    /// Only in this state.
    pub state: Option<MessageState>,
    /// Only of this account.
    pub account: Option<AccountId>,
    /// How many, at most [`OutboxQuery::MAX_LIMIT`].
    pub limit: u32,
}

impl OutboxQuery {
    /// The longest list.
    pub const MAX_LIMIT: u32 = 1_000;

    /// The newest `limit` messages.
    pub fn newest(limit: u32) -> Self {
        Self { state: None, account: None, limit: limit.clamp(1, Self::MAX_LIMIT) }
    }

    /// Only in one state.
    #[must_use]
    pub fn with_state(mut self, state: MessageState) -> Self {
        self.state = Some(state);
        self
    }

    /// Only of one account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Whether a message is one of those.
    pub fn admits(&self, entry: &OutboxEntry) -> bool {
        self.state.is_none_or(|state| state == entry.state)
            && self.account.as_ref().is_none_or(|account| Some(account) == entry.message.account.as_ref())
    }
}

/// The outbox as those see it who empty it.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all. A message that was taken and never settled is taken
/// again when its lease ends.
///
/// # Implementing
/// Two that ask at once never take the same message. An attempt is settled by the number that it was taken with, so that
/// one who was too slow changes nothing. The outbox suite of `billing-testkit` has to pass.
#[async_trait]
pub trait Deliveries: fmt::Debug + Send + Sync + 'static {
    /// Takes the waiting message whose time came first, counts the attempt, and leaves it to the caller until `until`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn claim_message(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<OutboxEntry>, StoreError>;

    /// Stores how an attempt ended; `false`, with nothing changed, when the message was taken again or has ended since.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn settle_message(
        &self,
        key: &str,
        attempt: u32,
        outcome: &DeliveryOutcome,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// A message by its key.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn message(&self, key: &str) -> Result<Option<OutboxEntry>, StoreError>;

    /// Lists messages, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list_messages(&self, query: &OutboxQuery) -> Result<Vec<OutboxEntry>, StoreError>;

    /// Sends a message on its way again that waits, was given up, skipped or dropped: it is due at once. `false` when
    /// there is no such message, or it was delivered.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn retry_message(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Takes a message out that was not delivered; its key stays known. `false` when there is no such message, or it was
    /// delivered.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn drop_message(&self, key: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Forgets up to `limit` messages that were delivered, skipped or dropped before a time; tells how many. Whoever
    /// tells the same after that has it delivered once more: keep messages for longer than payments are asked about.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget_messages(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<D: Deliveries + ?Sized> Deliveries for Arc<D> {
    async fn claim_message(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        (**self).claim_message(now, until).await
    }
    async fn settle_message(
        &self,
        key: &str,
        attempt: u32,
        outcome: &DeliveryOutcome,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        (**self).settle_message(key, attempt, outcome, now).await
    }
    async fn message(&self, key: &str) -> Result<Option<OutboxEntry>, StoreError> {
        (**self).message(key).await
    }
    async fn list_messages(&self, query: &OutboxQuery) -> Result<Vec<OutboxEntry>, StoreError> {
        (**self).list_messages(query).await
    }
    async fn retry_message(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).retry_message(key, now).await
    }
    async fn drop_message(&self, key: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).drop_message(key, reason, now).await
    }
    async fn forget_messages(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        (**self).forget_messages(before, limit).await
    }
}

const _: fn(&dyn Deliveries) = |_| {};
