//! How a visit ends: back at the shop, on a page, or as JSON.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use reqwest::Url;
use serde_json::Value;

use super::page;
use super::text::Text;
use super::visit::Visit;
use crate::simulators::shared::html::wants_page;
use crate::simulators::stripe::error::ApiError;

/// How an attempt ended: back to the shop if there is a way, else on a page or as JSON.
pub(super) fn answer(
    outcome: Result<Value, ApiError>,
    back: Option<Url>,
    visit: &Visit,
    headers: &HeaderMap,
    as_json: impl FnOnce(&Value) -> Value,
) -> Response {
    let intent = match outcome {
        Ok(intent) => intent,
        Err(error) => return refuse(error, visit, headers),
    };
    if let Some(mut url) = back {
        let is_paid = intent["status"] == "succeeded";
        url.query_pairs_mut()
            .append_pair("payment_intent", intent["id"].as_str().unwrap_or_default())
            .append_pair("payment_intent_client_secret", &visit.client_secret)
            .append_pair("redirect_status", if is_paid { "succeeded" } else { "failed" });
        return Redirect::to(url.as_str()).into_response();
    }
    if wants_page(headers) {
        return page::result(Text::of(visit, headers), &intent);
    }
    Json(as_json(&intent)).into_response()
}

/// A refusal on a page or as JSON. A payment that is over is a conflict here: the button was pressed twice.
pub(super) fn refuse(error: ApiError, visit: &Visit, headers: &HeaderMap) -> Response {
    let is_over = error.code() == Some("payment_intent_unexpected_state");
    let mut response = if wants_page(headers) {
        page::refusal(Text::of(visit, headers), &error)
    } else {
        error.into_response()
    };
    if is_over {
        *response.status_mut() = StatusCode::CONFLICT;
    }
    response
}
