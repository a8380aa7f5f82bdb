//! A refusal in Fondy's form.

use std::fmt;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::simulators::shared::faults::Demanded;
use crate::simulators::shared::refusal::Refusal;

/// Why the simulator refused, as Fondy's API would say it.
///
/// The API itself answers with HTTP status 200 and the error in the body, as Fondy does. The control API and the pages
/// answer with [`status`](Self::status).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    code: u32,
    message: String,
    status: StatusCode,
}

impl ApiError {
    /// Fondy's code: 1018 for an order that is not there.
    pub fn code(&self) -> u32 {
        self.code
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The HTTP status outside of the API.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    fn new(code: u32, status: StatusCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status }
    }

    fn bad(code: u32, message: impl Into<String>) -> Self {
        Self::new(code, StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn incorrect(parameter: &str) -> Self {
        Self::bad(1007, format!("Parameter `{parameter}` is incorrect"))
    }

    pub(super) fn empty(parameter: &str) -> Self {
        Self::bad(1009, format!("Parameter `{parameter}` is empty"))
    }

    pub(super) fn empty_request() -> Self {
        Self::bad(1010, "Request is empty")
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::bad(1011, format!("Parameter `{parameter}` is missing"))
    }

    pub(super) fn currency(currency: &str, merchant_id: i64) -> Self {
        Self::bad(1012, format!("Currency `{currency}` is not available for this merchant `{merchant_id}`"))
    }

    pub(super) fn duplicate(order_id: &str, merchant_id: i64) -> Self {
        Self::bad(1013, format!("Duplicate order `{order_id}` for merchant `{merchant_id}`"))
    }

    pub(super) fn signature() -> Self {
        Self::bad(1014, "Invalid signature")
    }

    pub(super) fn card_number() -> Self {
        Self::bad(1015, "Invalid card number")
    }

    pub(super) fn merchant(merchant_id: &str) -> Self {
        Self::bad(1016, format!("Merchant `{merchant_id}` not found"))
    }

    pub(super) fn not_found(order_id: &str) -> Self {
        Self::new(1018, StatusCode::NOT_FOUND, format!("Order `{order_id}` not found"))
    }

    pub(super) fn completed(order_id: &str) -> Self {
        Self::new(1019, StatusCode::CONFLICT, format!("Order `{order_id}` already has been completed"))
    }

    pub(super) fn separator(parameter: &str) -> Self {
        Self::bad(1034, format!("Parameter `{parameter}` contains a separator symbol"))
    }

    pub(super) fn expired(order_id: &str) -> Self {
        Self::new(1052, StatusCode::CONFLICT, format!("Order `{order_id}` is expired"))
    }

    pub(super) fn already_reversed(order_id: &str) -> Self {
        Self::new(1086, StatusCode::CONFLICT, format!("Order `{order_id}` has already been reversed"))
    }

    /// What Fondy has no code for, since only the control API and the console can ask for it.
    pub(super) fn unknown(what: &str) -> Self {
        Self::new(1018, StatusCode::NOT_FOUND, format!("There is no `{what}`"))
    }

    pub(super) fn with_code(code: u32) -> Self {
        Self::bad(code, describe(code))
    }

    /// The answer of the API. Codes are numbers today, and were strings once.
    pub(super) fn answer(&self, is_code_text: bool) -> Response {
        (StatusCode::OK, Json(self.body(is_code_text))).into_response()
    }

    /// What a fault answers that asks for an error: statuses come from what stands before the gateway.
    pub(super) fn on_demand(demanded: Demanded<'_>, is_code_text: bool) -> Response {
        match demanded {
            Demanded::Code(code) => Self::with_code(code.parse().unwrap_or(1002)).answer(is_code_text),
            Demanded::Status(status) => {
                let page = format!("<html><body><h1>{status}</h1></body></html>");
                (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
            }
        }
    }

    fn body(&self, is_code_text: bool) -> Value {
        let code = if is_code_text { json!(self.code.to_string()) } else { json!(self.code) };
        let request_id: String = std::iter::repeat_with(fastrand::alphanumeric).take(13).collect();
        json!({ "response": {
            "response_status": "failure",
            "error_code": code,
            "error_message": self.message,
            "request_id": request_id,
        } })
    }
}

/// What the bank or the gateway says to a code.
pub(super) fn describe(code: u32) -> &'static str {
    match code {
        1000 => "General decline",
        1002 => "Application error",
        1003 => "Invalid CVV2 code",
        1004 => "Do not honor",
        1006 => "Merchant is not configured correctly",
        1013 => "Duplicate order",
        1014 => "Invalid signature",
        1037 => "Decline, not sufficient funds",
        1066 => "Acquirer fault",
        1069 => "Turnover is not enough for a reverse",
        1084 => "Only full refund is allowed",
        1086 => "Already finished",
        1089 => "Acquirer timeout",
        _ => "Refused on demand",
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for ApiError {}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body(false))).into_response()
    }
}

impl Refusal for ApiError {
    fn malformed(message: String) -> Self {
        Self::bad(1007, message)
    }

    fn no_event(id: &str) -> Self {
        Self::unknown(id)
    }

    fn internal(message: &str) -> Self {
        Self::new(1002, StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}
