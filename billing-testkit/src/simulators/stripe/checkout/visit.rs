//! A payer's visit: who may look, and where it ends.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use super::page;
use super::text::Text;
use crate::simulators::shared::html::{accepted_languages, wants_page};
use crate::simulators::stripe::engine::Engine;
use crate::simulators::stripe::error::ApiError;

/// What the pages and their forms carry along.
#[derive(Deserialize)]
pub(super) struct Visit {
    #[serde(default)]
    pub(super) client_secret: String,
    pub(super) return_url: Option<String>,
    pub(super) lang: Option<String>,
}

/// What the pages show of a payment.
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) description: Option<String>,
    pub(super) status: &'static str,
}

/// The payment and the way back, for whoever holds the client secret.
pub(super) fn admit(engine: &Engine, id: &str, visit: &Visit) -> Result<(Shown, Option<Url>), ApiError> {
    let payment = engine.read(|state| {
        let intent = state.payment_intents.get(id)?;
        (intent.client_secret == visit.client_secret).then(|| Shown {
            id: intent.id.clone(),
            amount: intent.amount,
            currency: intent.currency.clone(),
            description: intent.details.description.clone(),
            status: intent.status.as_str(),
        })
    });
    let payment = payment.ok_or_else(|| ApiError::not_found("payment_intent", id, "intent"))?;
    let Some(address) = visit.return_url.as_deref().filter(|address| !address.is_empty()) else {
        return Ok((payment, None));
    };
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok((payment, Some(url))),
        _ => Err(ApiError::parameter("return_url", "url_invalid", "Not a valid http or https URL.")),
    }
}

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

impl Text {
    /// The language of the visit, else of the browser.
    pub(super) fn of(visit: &Visit, headers: &HeaderMap) -> &'static Self {
        Self::choose(visit.lang.as_deref(), accepted_languages(headers))
    }
}
