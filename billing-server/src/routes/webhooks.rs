//! What providers tell us: authenticated by its signature over the raw body, by nothing else.
use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use billing_core::{Applied, GatewayError, Received, TopUpError, WebhookRequest};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    error::{ApiError, ErrorBody, chain},
    extract::ApiPath,
};

pub(crate) fn webhooks() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(webhook))
}

/// A provider tells how a payment stands. Only what carries the provider's signature is believed.
#[utoipa::path(
    post,
    path = "/webhooks/{provider}",
    tag = "webhooks",
    params(("provider" = String, Path, description = "The provider.", example = "stripe")),
    request_body(content = String, description = "As the provider sends it: JSON, or a form.", content_type = "application/json"),
    responses(
        (status = 200, description = "Stored and applied, or nothing that matters here."),
        (status = 400, description = "Not signed by the provider, or too old; nothing was changed.", body = ErrorBody),
        (status = 404, description = "There is no such provider.", body = ErrorBody),
        (status = 422, description = "Signed by the provider and stored, but what it says can't be read.", body = ErrorBody),
        (status = 500, description = "A fault of ours: please send it again.", body = ErrorBody),
        (status = 503, description = "Something we need is away: please send it again.", body = ErrorBody)
    )
)]
pub(crate) async fn webhook(
    State(app): State<Arc<App>>,
    ApiPath(provider): ApiPath<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = WebhookRequest::new(headers, body, app.clock.now());
    match app.top_ups.receive(&provider, request).await {
        Ok(received) => {
            log(&provider, &received);
            let reply = received.reply;
            Ok((reply.status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response())
        }
        Err(error) => Err(refusal(&provider, error)),
    }
}

fn log(provider: &str, received: &Received) {
    let outcome = match &received.applied {
        Applied::Payment(payment) => format!("payment {} is {}", payment.id, payment.status),
        Applied::Unmatched => "no payment of ours".to_owned(),
        Applied::Repeated => "applied before".to_owned(),
        Applied::Stored => "stored, to be replayed".to_owned(),
        _ => "ignored".to_owned(),
    };
    tracing::info!(
        gateway.name = provider,
        event.id = received.event,
        event.kind = received.kind,
        "webhook from {provider} received: {outcome}"
    );
}

/// What is not authentic is told apart from a fault of ours, which the provider must send again. Faults are logged
/// where they are answered.
fn refusal(provider: &str, error: TopUpError) -> ApiError {
    match &error {
        TopUpError::Gateway(GatewayError::NotAuthentic { reason }) => {
            tracing::warn!(
                gateway.name = provider,
                "webhook from {provider} failed: not authentic: {reason}"
            );
            error.into()
        }
        TopUpError::UnknownGateway { .. } => error.into(),
        TopUpError::Unreadable(cause) => {
            tracing::error!(
                gateway.name = provider,
                "webhook from {provider} failed: it can't be read: {}",
                chain(cause)
            );
            let message = "the webhook is authentic and stored, but what it says can't be read";
            ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "WEBHOOK_UNREADABLE", message)
        }
        _ => {
            let message = format!("webhook from {provider} failed; please send it again");
            let failed = if error.is_retryable() {
                ApiError::unavailable("WEBHOOK_FAILED", message)
            } else {
                ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "WEBHOOK_FAILED", message)
            };
            failed.with_source(error)
        }
    }
}
