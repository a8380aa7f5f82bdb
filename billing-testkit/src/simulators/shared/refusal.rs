//! How the shared parts say no in a provider's own words.

use axum::http::StatusCode;
use axum::response::IntoResponse;

/// A provider's error.
pub(crate) trait Refusal: IntoResponse {
    /// What a call answers that fails with this status on demand.
    fn with_status(status: StatusCode) -> Self;

    /// What a call answers that fails on demand with this code of the provider's own.
    fn with_code(code: &str) -> Self;

    /// The request cannot be understood.
    fn malformed(message: String) -> Self;

    /// There is no such event.
    fn no_event(id: &str) -> Self;

    /// The simulator itself is in trouble.
    fn internal(message: &str) -> Self;
}
