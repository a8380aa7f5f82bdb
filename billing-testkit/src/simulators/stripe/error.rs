//! A refusal in Stripe's form.

use std::fmt;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::simulators::shared::faults::Demanded;
use crate::simulators::shared::refusal::Refusal;

/// Why the simulator refused, as Stripe's API would say it.
pub struct ApiError {
    status: StatusCode,
    error: Value,
    is_final: bool,
}

impl ApiError {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Stripe's machine-readable code, where it has one: `payment_intent_unexpected_state`.
    pub fn code(&self) -> Option<&str> {
        self.error["code"].as_str()
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        self.error["message"].as_str().unwrap_or_default()
    }

    fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self { status, error: json!({ "type": kind, "message": message }), is_final: false }
    }

    /// A parameter that cannot be used: found before anything is done, so not kept under the idempotency key.
    pub(super) fn parameter(name: &str, code: &str, message: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message);
        refusal.error["param"] = json!(name);
        if !code.is_empty() {
            refusal.error["code"] = json!(code);
        }
        refusal
    }

    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message)
    }

    pub(super) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request_error", "Request body is too large.")
    }

    /// The object's state does not allow what was asked: decided while executing, so kept under the key.
    pub(super) fn state(code: &str, message: impl Into<String>) -> Self {
        let mut refusal = Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message);
        refusal.error["code"] = json!(code);
        refusal.is_final = true;
        refusal
    }

    pub(super) fn not_found(noun: &str, id: &str, param: &str) -> Self {
        let mut refusal = Self::parameter(param, "resource_missing", format!("No such {noun}: '{id}'"));
        refusal.status = StatusCode::NOT_FOUND;
        refusal
    }

    pub(super) fn unknown_url(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self { status: StatusCode::NOT_FOUND, ..Self::malformed(message) }
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message)
    }

    /// The bank said no. `last_error` is what the payment keeps as its `last_payment_error`.
    pub(super) fn declined(last_error: &Value, payment_intent: Value) -> Self {
        let mut error = last_error.clone();
        error["payment_intent"] = payment_intent;
        Self { status: StatusCode::PAYMENT_REQUIRED, error, is_final: true }
    }

    pub(super) fn key_reused() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a different key if you meant to execute a different request.",
        )
    }

    pub(super) fn key_in_use() -> Self {
        let mut refusal = Self::new(
            StatusCode::CONFLICT,
            "idempotency_error",
            "There is currently another in-progress request using this idempotency key.",
        );
        refusal.error["code"] = json!("idempotency_key_in_use");
        refusal
    }

    /// What a fault answers that asks for an error.
    pub(super) fn on_demand(demanded: Demanded<'_>) -> Response {
        let refusal = match demanded {
            Demanded::Status(StatusCode::CONFLICT) => Self::key_in_use(),
            Demanded::Status(status @ StatusCode::TOO_MANY_REQUESTS) => {
                let mut refusal = Self::new(status, "invalid_request_error", "Request rate limit exceeded.");
                refusal.error["code"] = json!("rate_limit");
                refusal
            }
            Demanded::Status(status) if status.is_client_error() => {
                Self::new(status, "invalid_request_error", "Refused on demand.")
            }
            Demanded::Status(status) => Self::new(status, "api_error", "An unknown error occurred."),
            Demanded::Code(code) => Self::state(code, "Refused on demand."),
        };
        refusal.into_response()
    }

    /// Whether a repeat under the same idempotency key gets this very answer again.
    pub(super) fn is_final(&self) -> bool {
        self.is_final
    }

    pub(super) fn body(&self) -> Value {
        json!({ "error": self.error })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message())
    }
}

// By hand: the error of a declined payment holds the whole payment, client secret included.
impl fmt::Debug for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiError")
            .field("status", &self.status())
            .field("code", &self.code())
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}

impl Refusal for ApiError {
    fn malformed(message: String) -> Self {
        Self::malformed(message)
    }

    fn no_event(id: &str) -> Self {
        Self::not_found("event", id, "id")
    }

    fn internal(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", message)
    }
}
