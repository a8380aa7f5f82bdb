//! The inbox: webhooks as they came in, so that nothing acknowledged is lost and everything can be looked at again.
use std::{fmt, str::FromStr, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::HeaderMap;

use crate::{StoreError, UnknownWord, WebhookContent, WebhookId, WebhookRequest};

/// A webhook as it came in, and what became of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredWebhook {
    /// Our name for it.
    pub id: WebhookId,
    /// Through which gateway.
    pub gateway: String,
    /// The provider's id of the event; a second webhook with it is the same one.
    pub event: String,
    /// The provider's word for what happened.
    pub kind: String,
    /// Headers, those that may carry secrets of ours masked.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Bytes,
    /// What it says, as it was read when it came; `None` when it was not authentic or could not be read.
    pub content: Option<WebhookContent>,
    /// What became of it.
    pub state: WebhookState,
    /// Why it is not applied, for people.
    pub detail: Option<String>,
    /// How often it came.
    pub deliveries: u32,
    /// How often it was tried and failed.
    pub attempts: u32,
    /// When it is tried again; `None` when nobody does of his own accord.
    pub next_try_at: Option<DateTime<Utc>>,
    /// When it first came.
    pub received_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl StoredWebhook {
    const MOST_HEADERS: usize = 64;
    const LONGEST_HEADER_BYTES: usize = 1_024;
    /// What is kept of a webhook that is not authentic.
    const REJECTED_BYTES: usize = 4 * 1_024;
    const MOST_REJECTED_HEADERS: usize = 16;
    const LONGEST_REJECTED_HEADER_BYTES: usize = 128;
    const MASKED: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-api-key"];

    /// A webhook that just came in and was not looked at yet.
    pub fn new(
        gateway: impl Into<String>,
        event: impl Into<String>,
        kind: impl Into<String>,
        request: &WebhookRequest,
    ) -> Self {
        Self {
            id: WebhookId::new(),
            gateway: gateway.into(),
            event: plain(&event.into()),
            kind: plain(&kind.into()),
            headers: kept_headers(&request.headers),
            body: request.body.clone(),
            content: None,
            state: WebhookState::Received,
            detail: None,
            deliveries: 1,
            attempts: 0,
            next_try_at: None,
            received_at: request.received_at,
            updated_at: request.received_at,
        }
    }

    /// What it says.
    #[must_use]
    pub fn with_content(mut self, content: WebhookContent) -> Self {
        self.content = Some(content);
        self
    }

    /// Already in a state, for a reason.
    #[must_use]
    pub fn with_state(mut self, state: WebhookState, detail: Option<String>) -> Self {
        self.state = state;
        self.detail = detail;
        self
    }

    /// Tried again at a time, unless it is settled before.
    #[must_use]
    pub fn with_next_try_at(mut self, at: DateTime<Utc>) -> Self {
        self.next_try_at = Some(at);
        self
    }

    /// Cut to what is worth keeping of a webhook that is not authentic.
    #[must_use]
    pub fn cut_short(mut self) -> Self {
        self.body.truncate(Self::REJECTED_BYTES);
        self.headers.truncate(Self::MOST_REJECTED_HEADERS);
        for (_, value) in &mut self.headers {
            *value = value.chars().take(Self::LONGEST_REJECTED_HEADER_BYTES).collect();
        }
        self
    }

    /// The request as it came.
    pub fn request(&self) -> WebhookRequest {
        let headers = self.headers.iter().filter_map(|(name, value)| {
            let name = http::HeaderName::try_from(name.as_str()).ok()?;
            Some((name, http::HeaderValue::try_from(value.as_str()).ok()?))
        });
        WebhookRequest::new(headers.collect(), self.body.clone(), self.received_at)
    }
}

/// A provider's word as every database takes it: without control characters, and not longer than need be.
fn plain(word: &str) -> String {
    word.chars().filter(|character| !character.is_control()).take(255).collect()
}

/// The headers worth keeping, bounded; `***` stands for what may be a secret of ours.
fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let kept = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        if StoredWebhook::MASKED.contains(&name.as_str()) {
            return (name.to_string(), "***".to_owned());
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        // A NUL can't be in a header, and everything else can be stored.
        (name.to_string(), text.chars().take(StoredWebhook::LONGEST_HEADER_BYTES).collect())
    };
    headers.iter().take(StoredWebhook::MOST_HEADERS).map(kept).collect()
}

impl fmt::Debug for StoredWebhook {
    /// Without headers and body, which are others' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredWebhook")
            .field("id", &self.id)
            .field("gateway", &self.gateway)
            .field("event", &self.event)
            .field("kind", &self.kind)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What became of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookState {
    /// Authentic and stored; not applied yet.
    Received,
    /// Applied to a payment.
    Applied,
    /// About nothing that matters here.
    Ignored,
    /// About a payment that was not started here.
    Unmatched,
    /// Authentic, but what it says can't be read.
    Unreadable,
    /// Not authentic.
    Rejected,
}

impl WebhookState {
    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Applied => "applied",
            Self::Ignored => "ignored",
            Self::Unmatched => "unmatched",
            Self::Unreadable => "unreadable",
            Self::Rejected => "rejected",
        }
    }

    /// Whether another delivery of it changes nothing.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Applied | Self::Ignored)
    }
}

impl fmt::Display for WebhookState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WebhookState {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Received, Self::Applied, Self::Ignored, Self::Unmatched, Self::Unreadable, Self::Rejected]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownWord::new("webhook state", word))
    }
}

/// Which webhooks to list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct InboxQuery {
    /// Only of this gateway.
    pub gateway: Option<String>,
    /// Only in this state.
    pub state: Option<WebhookState>,
    /// Only those older than this one: where an earlier list ended.
    pub before: Option<WebhookId>,
    /// How many, at most [`InboxQuery::MAX_LIMIT`].
    pub limit: u32,
}

impl InboxQuery {
    /// The longest list.
    pub const MAX_LIMIT: u32 = 1_000;

    /// The newest `limit` webhooks.
    pub fn newest(limit: u32) -> Self {
        Self { limit: limit.clamp(1, Self::MAX_LIMIT), ..Self::default() }
    }

    /// Only of one gateway.
    #[must_use]
    pub fn with_gateway(mut self, gateway: impl Into<String>) -> Self {
        self.gateway = Some(gateway.into());
        self
    }

    /// Only in one state.
    #[must_use]
    pub fn with_state(mut self, state: WebhookState) -> Self {
        self.state = Some(state);
        self
    }

    /// Only those older than this one.
    #[must_use]
    pub fn with_before(mut self, webhook: WebhookId) -> Self {
        self.before = Some(webhook);
        self
    }

    /// Whether a webhook is one of those.
    pub fn admits(&self, webhook: &StoredWebhook) -> bool {
        self.gateway.as_ref().is_none_or(|gateway| *gateway == webhook.gateway)
            && self.state.is_none_or(|state| state == webhook.state)
            && self.before.is_none_or(|before| webhook.id < before)
    }
}

/// Keeps webhooks.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// `(gateway, event)` is unique in the storage. What is rejected comes from strangers: at most
/// [`MOST_REJECTED_AN_HOUR`] of a gateway are kept of each hour, and those few more that come in the same moment. The
/// inbox suite of `billing-testkit` has to pass.
#[async_trait]
pub trait Inbox: fmt::Debug + Send + Sync + 'static {
    /// Stores a webhook and answers what is stored: of a second delivery of an event the first one, counted.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn store_webhook(&self, webhook: &StoredWebhook) -> Result<StoredWebhook, StoreError>;

    /// Stores a webhook that is not authentic; `false` when there is no more room for such in this hour.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn store_rejected(&self, webhook: &StoredWebhook) -> Result<bool, StoreError>;

    /// Stores what became of a webhook.
    ///
    /// # Errors
    /// [`StoreError::WebhookNotFound`].
    async fn settle_webhook(
        &self,
        id: WebhookId,
        state: WebhookState,
        detail: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Puts a webhook off that could not be applied, and counts the attempt.
    ///
    /// # Errors
    /// [`StoreError::WebhookNotFound`].
    async fn put_off_webhook(
        &self,
        id: WebhookId,
        detail: &str,
        next_try_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Takes up to `limit` webhooks that are received and whose time has come, and puts them off until `until`: nobody
    /// else takes them before.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn due_webhooks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredWebhook>, StoreError>;

    /// A webhook by our id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn webhook(&self, id: WebhookId) -> Result<Option<StoredWebhook>, StoreError>;

    /// Lists webhooks, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list_webhooks(&self, query: &InboxQuery) -> Result<Vec<StoredWebhook>, StoreError>;

    /// Forgets up to `limit` webhooks that came before a time and are not waiting to be applied, those in one state
    /// alone where it is said; tells how many.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget_webhooks(
        &self,
        state: Option<WebhookState>,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u32, StoreError>;
}

/// How many webhooks of a gateway that are not authentic are kept of each hour.
pub const MOST_REJECTED_AN_HOUR: u32 = 200;

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<I: Inbox + ?Sized> Inbox for Arc<I> {
    async fn store_webhook(&self, webhook: &StoredWebhook) -> Result<StoredWebhook, StoreError> {
        (**self).store_webhook(webhook).await
    }
    async fn store_rejected(&self, webhook: &StoredWebhook) -> Result<bool, StoreError> {
        (**self).store_rejected(webhook).await
    }
    async fn settle_webhook(
        &self,
        id: WebhookId,
        state: WebhookState,
        detail: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        (**self).settle_webhook(id, state, detail, now).await
    }
    async fn put_off_webhook(
        &self,
        id: WebhookId,
        detail: &str,
        next_try_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        (**self).put_off_webhook(id, detail, next_try_at, now).await
    }
    async fn due_webhooks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        (**self).due_webhooks(now, until, limit).await
    }
    async fn webhook(&self, id: WebhookId) -> Result<Option<StoredWebhook>, StoreError> {
        (**self).webhook(id).await
    }
    async fn list_webhooks(&self, query: &InboxQuery) -> Result<Vec<StoredWebhook>, StoreError> {
        (**self).list_webhooks(query).await
    }
    async fn forget_webhooks(
        &self,
        state: Option<WebhookState>,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u32, StoreError> {
        (**self).forget_webhooks(state, before, limit).await
    }
}

const _: fn(&dyn Inbox) = |_| {};
