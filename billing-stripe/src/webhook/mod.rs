//! Webhooks: first whether they are Stripe's, then what they say.
mod event;
mod signature;

use std::time::Duration;

use billing_core::{GatewayError, WebhookEvent, WebhookRequest};

use crate::secret::Secret;

/// What is needed to believe a webhook.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    secrets: Vec<Secret>,
    tolerance: Duration,
    is_live: bool,
}

impl Webhooks {
    pub(crate) fn new(secrets: Vec<Secret>, tolerance: Duration, is_live: bool) -> Self {
        Self { secrets, tolerance, is_live }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.is_live
    }

    pub(crate) fn parse(&self, request: &WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        let header = request.headers.get("stripe-signature").and_then(|value| value.to_str().ok());
        signature::verify(
            header.unwrap_or_default(),
            &request.body,
            &self.secrets,
            request.received_at.timestamp(),
            self.tolerance,
        )
        .map_err(|reason| GatewayError::NotAuthentic { reason })?;
        event::read(&request.body, self.is_live)
    }
}
