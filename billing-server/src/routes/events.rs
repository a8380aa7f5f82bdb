use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, StatusCode, header};

use super::AccountErrors;
use crate::{
    App,
    auth::Identity,
    error::{ApiError, ErrorBody},
    events::{Full, Listener},
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass each event on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// After which a place may be free.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What changes of the caller's account, as server-sent events, until the token's time is over:
///
/// | Event | Data |
/// |---|---|
/// | `balance` | the balance, as `GET /api/billing/balance` tells it: at once, and after each change |
/// | `posting` | a transaction, as in the history |
/// | `payment` | a payment that has changed, as its status tells it |
/// | `reset` | nothing: more was missed than is sent again, so that the caller has to ask for everything |
///
/// The `id` of each event is the number of the last posting that was sent. Who comes back with it in `Last-Event-ID` is
/// sent the postings after it, up to 1000, and payments that changed in the last quarter of an hour; else nothing that is
/// old is sent. A comment every 20 seconds keeps the connection alive; `retry` asks to come back about a
/// second after a cut. An account may have 8 streams at once.
#[utoipa::path(
    get,
    path = "/api/billing/events",
    tag = "account",
    security(("token" = [])),
    params((
        "Last-Event-ID" = Option<u64>, Header,
        description = "The `id` of the last event of a stream that was cut."
    )),
    responses(
        (status = 200, description = "Server-sent events.", body = String, content_type = "text/event-stream"),
        (status = 400, description = "`Last-Event-ID` is no id of an event.", body = ErrorBody),
        (status = 429, description = "The account has 8 streams already: see `Retry-After`.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Identity { account, expires_at, .. }: Identity,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let heard = last_event(&headers)?;
    let place = app.board.join(&account).map_err(full)?;
    let listener = Listener::open(&app, place, heard, expires_at).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (X_ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, Body::from_stream(listener.into_stream())).into_response())
}

fn last_event(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let Some(id) = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) else { return Ok(None) };
    // No account has more postings than a signed integer counts.
    let sequence = id.to_str().ok().and_then(|id| id.parse::<i64>().ok());
    sequence.and_then(|sequence| u64::try_from(sequence).ok()).map(Some).ok_or_else(|| {
        ApiError::bad_request("INVALID_LAST_EVENT_ID", "Last-Event-ID must be the id of an event from here")
    })
}

fn full(full: Full) -> ApiError {
    match full {
        Full::OfAccount => {
            let message = "this account listens with as many streams as it may; please close one";
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_STREAMS", message)
        }
        Full::OfServer => {
            ApiError::unavailable("SERVER_BUSY", "too many streams are open; please try again in a moment")
        }
    }
    .with_retry_after(RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_of_a_posting() {
        let read = |id: &'static str| {
            last_event(&HeaderMap::from_iter([(LAST_EVENT_ID, http::HeaderValue::from_static(id))]))
        };
        assert_eq!(last_event(&HeaderMap::new()).unwrap(), None);
        assert_eq!((read("").unwrap(), read("0").unwrap(), read("17").unwrap()), (None, Some(0), Some(17)));
        for bad in ["-1", "1.0", "x", "9223372036854775808", "1, 2"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
