//! Logs: one line for each request, under an id that the caller is told.
use std::{
    io::{self, IsTerminal as _},
    time::Instant,
};

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument as _;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::config::Log;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_REQUEST_ID_BYTES: usize = 64;

/// Starts writing logs to standard error, which leaves standard output to answers of commands.
pub(crate) fn start(log: &Log) {
    // The filter was read with the configuration; a second start, in a test, keeps the first.
    let filter = EnvFilter::new(&log.filter);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    let started = if log.json { lines.json().try_init() } else { lines.try_init() };
    started.unwrap_or_else(|error| tracing::debug!("logs are written already: {error}"));
}

/// Gives a request its id, and logs how it ended.
pub(crate) async fn trace(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    if let Ok(id) = HeaderValue::try_from(&id) {
        // Whom the request goes on to hears the same id.
        request.headers_mut().insert(REQUEST_ID, id);
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", request.id = id);
    let started = Instant::now();
    let answer = async {
        let response = next.run(request).await;
        let (status, duration) = (response.status().as_u16(), started.elapsed());
        tracing::info!(
            http.status = status,
            duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            "{method} {path:?} answered {status}"
        );
        response
    };
    let mut response = answer.instrument(span).await;
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The caller's own id where it is harmless, else a fresh one.
fn request_id(headers: &HeaderMap) -> String {
    let harmless = |id: &&str| {
        (1..=LONGEST_REQUEST_ID_BYTES).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let own = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(harmless);
    own.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmless_id_is_kept_and_another_replaced() {
        let kept = |id: &str| {
            let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(id).unwrap())]);
            request_id(&headers) == id
        };
        assert!(kept("0190-abc_D.e"));
        assert!(!kept("") && !kept("a b") && !kept("a\"b") && !kept(&"a".repeat(65)));
    }
}
