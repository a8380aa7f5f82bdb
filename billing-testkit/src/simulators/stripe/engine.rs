//! Stripe as a provider: its keys, its events, its webhooks.

use std::fmt;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::error::ApiError;
use super::idempotency::RunningKeys;
use super::objects::Event;
use super::signature::signature_header;
use super::state::{Moment, State};
use crate::simulators::shared::engine::{self, Provider};

/// The simulator behind its doors.
pub(super) type Engine = engine::Engine<Stripe>;

/// What the simulator was told when it was built, and the calls under way.
pub(super) struct Stripe {
    pub(super) secret_key: String,
    pub(super) webhook_secret: String,
    /// Where its pages are, without a final slash.
    pub(super) base_url: String,
    pub(super) running_keys: RunningKeys,
}

// By hand: both secrets stay out of it.
impl fmt::Debug for Stripe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stripe").finish_non_exhaustive()
    }
}

impl Provider for Stripe {
    type State = State;
    type Moment = Moment;
    type Error = ApiError;

    fn moment(&self, now: i64) -> Moment {
        Moment { now, base_url: self.base_url.clone(), request: None, idempotency_key: None }
    }

    fn destination(&self, _event: &Event, fallback: Option<String>) -> Option<String> {
        fallback
    }

    fn message(&self, _state: &State, event: &Event, now: i64) -> Option<(HeaderMap, String)> {
        let body = serde_json::to_string_pretty(&event.to_json()).ok()?;
        let signature = signature_header(&self.webhook_secret, body.as_bytes(), now);
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
            (USER_AGENT, HeaderValue::from_static("Stripe/1.0 (+https://stripe.com/docs/webhooks)")),
            (HeaderName::from_static("stripe-signature"), HeaderValue::from_str(&signature).ok()?),
        ]);
        Some((headers, body))
    }

    fn is_acknowledged(status: u16) -> bool {
        (200..300).contains(&status)
    }
}
