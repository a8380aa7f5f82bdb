use std::fmt;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::{PaymentRef, PaymentSnapshot};

/// A webhook as it came in.
#[derive(Clone)]
#[non_exhaustive]
pub struct WebhookRequest {
    /// All headers.
    pub headers: HeaderMap,
    /// The raw body: signatures are over these bytes.
    pub body: Bytes,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

impl WebhookRequest {
    /// A webhook that came at `received_at`.
    pub fn new(headers: HeaderMap, body: Bytes, received_at: DateTime<Utc>) -> Self {
        Self { headers, body, received_at }
    }
}

impl fmt::Debug for WebhookRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRequest")
            .field("body_bytes", &self.body.len())
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}

/// What an authentic webhook says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The provider's id of the event.
    pub id: String,
    /// The provider's word for what happened.
    pub kind: String,
    /// What it means here.
    pub content: WebhookContent,
}

impl WebhookEvent {
    /// An event.
    pub fn new(id: impl Into<String>, kind: impl Into<String>, content: WebhookContent) -> Self {
        Self { id: id.into(), kind: kind.into(), content }
    }
}

/// What an event means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WebhookContent {
    /// How a payment stood when the event was made.
    Payment(PaymentSnapshot),
    /// Something about a payment changed; ask how it stands.
    Changed(PaymentRef),
    /// Nothing that matters.
    Ignored,
}

/// What the provider wants to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookReply {
    /// The status.
    pub status: StatusCode,
    /// The content type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
}

impl WebhookReply {
    /// 200 with a body.
    pub fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type, body: body.into() }
    }
}
