//! What payers see: the checkout page, which stands in for Stripe Elements, their bank's page, both of which work
//! with curl just as well, and the receipt.

mod challenge;
mod ending;
mod page;
mod receipt;
mod text;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use self::ending::{answer, refuse};
use self::text::Text;
use self::visit::{Visit, admit};
use super::engine::Engine;
use super::objects::PayTerms;

type Sim = Shared<Arc<Engine>>;

pub(super) fn router() -> Router<Arc<Engine>> {
    Router::new()
        .route("/checkout/{id}", get(show))
        .route("/checkout/{id}/pay", post(pay))
        .route("/checkout/{id}/decline", post(decline))
        .merge(challenge::router())
        .merge(receipt::router())
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
    answer(paid, back, &visit, &headers, summary)
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
    answer(declined, back, &visit, &headers, summary)
}

fn summary(intent: &Value) -> Value {
    json!({
        "payment_intent": intent["id"],
        "status": intent["status"],
        "amount": intent["amount"],
        "amount_received": intent["amount_received"],
        "currency": intent["currency"],
    })
}
