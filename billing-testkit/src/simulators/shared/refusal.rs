//! How the shared parts say no in a provider's own words.

use axum::response::IntoResponse;

/// A provider's error.
pub(crate) trait Refusal: IntoResponse {
    /// The request cannot be understood.
    fn malformed(message: String) -> Self;

    /// There is no such event.
    fn no_event(id: &str) -> Self;

    /// The simulator itself is in trouble.
    fn internal(message: &str) -> Self;
}
