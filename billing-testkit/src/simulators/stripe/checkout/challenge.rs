//! The page of the payer's bank: 3-D Secure.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;

use super::ending::{answer, refuse};
use super::text::Text;
use super::visit::{Visit, admit};
use super::{Sim, page};
use crate::simulators::stripe::engine::Engine;

pub(super) fn router() -> Router<Arc<Engine>> {
    let accept = |engine: Sim, id: Path<String>, headers: HeaderMap, visit: Form<Visit>| {
        decide(engine, id, headers, visit, true)
    };
    let refuse = |engine: Sim, id: Path<String>, headers: HeaderMap, visit: Form<Visit>| {
        decide(engine, id, headers, visit, false)
    };
    Router::new()
        .route("/3ds/{id}", get(ask))
        .route("/3ds/{id}/accept", post(accept))
        .route("/3ds/{id}/refuse", post(refuse))
}

async fn ask(
    Shared(engine): Sim,
    Path(id): Path<String>,
    Query(visit): Query<Visit>,
    headers: HeaderMap,
) -> Response {
    let text = Text::of(&visit, &headers);
    match admit(&engine, &id, &visit) {
        Ok((payment, _)) => page::challenge(text, &payment, &visit),
        Err(error) => page::refusal(text, &error),
    }
}

/// Stripe's script, which asks in the merchant's page, is told the whole payment.
async fn decide(
    Shared(engine): Sim,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
    is_accepted: bool,
) -> Response {
    let back = match admit(&engine, &id, &visit) {
        Ok((_, back)) => back,
        Err(error) => return refuse(error, &visit, &headers),
    };
    let outcome = engine.change_and_tell(|state, moment| state.authenticate(moment, &id, is_accepted)).await;
    answer(outcome, back, &visit, &headers, Value::clone)
}
