use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use billing_core::{
    AccountId, BillingEvent, BoxError, Clock, Notification, Notifier, NotifyError, SystemClock,
};
use chrono::{DateTime, Utc};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::SigningSecret;

const TIMEOUT: Duration = Duration::from_secs(15);

/// Tells a service of yours of what happened, by `POST` to one URL.
///
/// Whom to tell is in the body: the recipient that the dispatcher has found, his name and his language. What to make of
/// it is up to the service.
#[derive(Clone, Debug)]
pub struct WebhookNotifier {
    client: Client,
    url: Url,
    secret: SigningSecret,
    clock: Arc<dyn Clock>,
}

impl WebhookNotifier {
    /// Posts to `url`, which has to be `https`, or on this machine. An attempt takes at most 15 seconds.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn new(url: &str, secret: SigningSecret) -> Result<Self, BuildError> {
        let url = Url::parse(url).map_err(|_| BuildError::Url)?;
        let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_on_this_machine(&url);
        if !is_safe {
            return Err(BuildError::Url);
        }
        let client = client(TIMEOUT)?;
        Ok(Self { client, url, secret, clock: Arc::new(SystemClock) })
    }

    /// With another limit for an attempt. It has to end well before the lease of the dispatcher.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn with_timeout(self, timeout: Duration) -> Result<Self, BuildError> {
        Ok(Self { client: client(timeout)?, ..self })
    }

    /// With another clock to sign by.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    async fn post(&self, notification: &Notification) -> Result<(), PostError> {
        let body = serde_json::to_vec(&Webhook::of(notification)).map_err(PostError::Body)?;
        let (id, timestamp) = (message_id(&notification.key), self.clock.now().timestamp());
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", self.secret.sign(&id, timestamp, &body))
            .body(body);
        // What is answered beyond the status is of no interest, and is not read.
        let status =
            request.send().await.map_err(|error| PostError::Unreachable(error.without_url()))?.status();
        if status.is_success() { Ok(()) } else { Err(PostError::Answered(status)) }
    }
}

#[async_trait]
impl Notifier for WebhookNotifier {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        Ok(self.post(notification).await?)
    }
}

/// Redirects are not followed: what was signed for one receiver is not carried to another.
fn client(timeout: Duration) -> Result<Client, BuildError> {
    Client::builder()
        .timeout(timeout)
        .redirect(Policy::none())
        .build()
        .map_err(|error| BuildError::Client(error.into()))
}

fn is_on_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The same for the same notification: a receiver who gets it twice can tell. A key may hold any character, an id may
/// not.
fn message_id(key: &str) -> String {
    let mut id = format!("msg_{}", hex::encode(Sha256::digest(key.as_bytes())));
    id.truncate("msg_".len() + 40);
    id
}

/// The body, as Standard Webhooks proposes it.
#[derive(Serialize)]
struct Webhook<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: DateTime<Utc>,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    recipient: &'a str,
    name: Option<&'a str>,
    account: Option<&'a str>,
    language: &'static str,
    time_zone: &'static str,
    event: &'a BillingEvent,
}

impl<'a> Webhook<'a> {
    fn of(notification: &'a Notification) -> Self {
        Self {
            kind: format!("billing.{}", notification.event.kind()),
            timestamp: notification.created_at,
            data: Data {
                recipient: &notification.recipient,
                name: notification.name.as_deref(),
                account: notification.account.as_ref().map(AccountId::as_str),
                language: notification.language.as_str(),
                time_zone: notification.time_zone.name(),
                event: &notification.event,
            },
        }
    }
}

/// Why a webhook was not delivered.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error("the webhook can't be written")]
    Body(#[source] serde_json::Error),
    #[error("the receiver can't be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the receiver answered {0}")]
    Answered(StatusCode),
}

impl From<PostError> for NotifyError {
    /// A receiver who says no is not asked again; one who is away, slow or busy is, and so is one who has moved: that
    /// is for an operator to mend.
    fn from(error: PostError) -> Self {
        match &error {
            PostError::Body(_) => Self::Render(error.into()),
            PostError::Answered(status) if is_refusal(*status) => Self::Refused(error.into()),
            PostError::Answered(_) | PostError::Unreachable(_) => Self::Unavailable(error.into()),
        }
    }
}

fn is_refusal(status: StatusCode) -> bool {
    let is_for_later =
        matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
    status.is_client_error() && !is_for_later
}

/// Why a notifier could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL is none, or would send what is personal in the open.
    #[error("the url of webhooks must be https, or on this machine")]
    Url,
    /// The HTTP client could not be set up.
    #[error("the http client could not be set up")]
    Client(#[source] BoxError),
}
