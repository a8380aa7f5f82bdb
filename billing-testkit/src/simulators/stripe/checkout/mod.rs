//! The checkout page: it stands in for Stripe Elements, and works with curl just as well.

mod page;
mod text;

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use self::text::Text;
use super::engine::Engine;
use super::error::ApiError;
use super::objects::PayTerms;
use crate::simulators::shared::html::{accepted_languages, wants_page};

type Sim = Shared<Arc<Engine>>;

/// What the page and its forms carry along.
#[derive(Deserialize)]
struct Visit {
    #[serde(default)]
    client_secret: String,
    return_url: Option<String>,
    lang: Option<String>,
}

/// What the page shows of a payment.
struct Shown {
    id: String,
    amount: i64,
    currency: String,
    description: Option<String>,
    status: &'static str,
}

pub(super) fn router() -> Router<Arc<Engine>> {
    Router::new()
        .route("/checkout/{id}", get(show))
        .route("/checkout/{id}/pay", post(pay))
        .route("/checkout/{id}/decline", post(decline))
}

async fn show(
    Shared(engine): Sim,
    Path(id): Path<String>,
    Query(visit): Query<Visit>,
    headers: HeaderMap,
) -> Response {
    let text = Text::of(&visit, &headers);
    match admit(&engine, &id, &visit) {
        Ok((payment, _)) => page::payment(text, &payment, &visit),
        Err(error) => page::refusal(text, &error),
    }
}

async fn pay(
    Shared(engine): Sim,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let back = match admit(&engine, &id, &visit) {
        Ok((_, back)) => back,
        Err(error) => return refuse(error, &visit, &headers),
    };
    let terms = PayTerms::new();
    let paid = engine.change_and_tell(|state, moment| state.pay(moment, &id, &terms)).await;
    answer(paid, back, &visit, &headers)
}

async fn decline(
    Shared(engine): Sim,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let back = match admit(&engine, &id, &visit) {
        Ok((_, back)) => back,
        Err(error) => return refuse(error, &visit, &headers),
    };
    let declined =
        engine.change_and_tell(|state, moment| state.decline(moment, &id, "generic_decline")).await;
    answer(declined, back, &visit, &headers)
}

/// The payment and the way back, for whoever holds the client secret.
fn admit(engine: &Engine, id: &str, visit: &Visit) -> Result<(Shown, Option<Url>), ApiError> {
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

fn answer(
    outcome: Result<Value, ApiError>,
    back: Option<Url>,
    visit: &Visit,
    headers: &HeaderMap,
) -> Response {
    let intent = match outcome {
        Ok(intent) => intent,
        Err(error) => return refuse(error, visit, headers),
    };
    let is_paid = intent["status"] == "succeeded";
    if let Some(mut url) = back {
        url.query_pairs_mut()
            .append_pair("payment_intent", intent["id"].as_str().unwrap_or_default())
            .append_pair("redirect_status", if is_paid { "succeeded" } else { "failed" });
        return Redirect::to(url.as_str()).into_response();
    }
    if wants_page(headers) {
        return page::result(Text::of(visit, headers), is_paid);
    }
    let summary = json!({
        "payment_intent": intent["id"],
        "status": intent["status"],
        "amount": intent["amount"],
        "amount_received": intent["amount_received"],
        "currency": intent["currency"],
    });
    Json(summary).into_response()
}

/// A refusal on a page or as JSON. A payment that is over is a conflict here: the button was pressed twice.
fn refuse(error: ApiError, visit: &Visit, headers: &HeaderMap) -> Response {
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
    fn of(visit: &Visit, headers: &HeaderMap) -> &'static Self {
        Self::choose(visit.lang.as_deref(), accepted_languages(headers))
    }
}
