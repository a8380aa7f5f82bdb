//! Bounds of every request: how long its body is, and how long it takes.
use std::time::Duration;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::error::ApiError;

/// The longest body of a call.
pub(crate) const API_BODY_BYTES: usize = 64 * 1024;
/// The longest pre-flight call of a service, which may bring the arguments that a price depends on.
pub(crate) const PREFLIGHT_BODY_BYTES: usize = 2 * 1024 * 1024;
/// The longest webhook.
pub(crate) const WEBHOOK_BODY_BYTES: usize = 256 * 1024;
/// The longest body of a call that goes on to the tools' upstream.
pub(crate) const TOOLS_BODY_BYTES: usize = 10 * 1024 * 1024;
/// So much of a body that is too long is read and thrown away: a client that is still sending would not see the
/// answer otherwise.
pub(crate) const DRAINED_BYTES: usize = 4 * 1024 * 1024;
/// So long a body takes at most; one that goes on to the upstream, between two of its pieces.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(15);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers within [`ANSWER_TIMEOUT`]: what is left undone then is dropped, which is safe at any await.
pub(crate) async fn limit_time(request: Request, next: Next) -> Response {
    timeout(ANSWER_TIMEOUT, next.run(request)).await.unwrap_or_else(|_| {
        ApiError::unavailable("TIMEOUT", "this took too long on our side; please try again").into_response()
    })
}

/// Reads the body, up to a bound, before anything else happens.
pub(crate) async fn limit_body(
    State(limit_bytes): State<usize>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let body = timeout(BODY_TIMEOUT, read(body, limit_bytes)).await.map_err(|_| too_slow())??;
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

async fn read(mut body: Body, limit_bytes: usize) -> Result<Bytes, ApiError> {
    let mut kept = BytesMut::new();
    let mut seen_bytes = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable().with_source(error))?;
        let Ok(data) = frame.into_data() else { continue };
        seen_bytes += data.len();
        if seen_bytes <= limit_bytes {
            kept.extend_from_slice(&data);
        } else if seen_bytes > DRAINED_BYTES {
            break;
        }
    }
    if seen_bytes <= limit_bytes {
        return Ok(kept.freeze());
    }
    Err(too_long(limit_bytes))
}

/// 413: a body is longer than it may be.
pub(crate) fn too_long(limit_bytes: usize) -> ApiError {
    let message = format!("the body must have at most {} KiB", limit_bytes / 1024);
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
}

/// 408: a body takes longer than it may.
pub(crate) fn too_slow() -> ApiError {
    ApiError::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", "the body took too long to arrive")
}

/// 400: a body broke off.
pub(crate) fn unreadable() -> ApiError {
    ApiError::bad_request("INVALID_BODY", "the body could not be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_read() {
        assert_eq!(read(Body::from(vec![7; 10]), 10).await.unwrap().len(), 10);
        let refused = read(Body::from(vec![7; 11]), 10).await.unwrap_err();
        assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
