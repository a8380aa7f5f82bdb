//! `/_control`: everything the simulator can be told, as JSON. The module page lists the routes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use crate::simulators::fondy::cards;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::quirks::Quirks;
use crate::simulators::shared::control::{self as shared, given};

type Sim = Shared<Arc<Engine>>;
type Answer<T = Value> = Result<Json<T>, ApiError>;

/// A part in minor units, or all of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Part {
    amount: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Decline {
    response_code: u32,
}

impl Default for Decline {
    fn default() -> Self {
        Self { response_code: cards::USUAL_DECLINE }
    }
}

pub(crate) fn router() -> Router<Arc<Engine>> {
    let routes = Router::new()
        .route("/orders", get(orders))
        .route("/orders/{id}", get(order))
        .route("/orders/{id}/{action}", post(act_on_order))
        .route("/reversals/{id}/{action}", post(act_on_reversal))
        .route("/quirks", get(quirks).put(set_quirks))
        .route("/callbacks", get(callbacks))
        .merge(shared::router("/callbacks"));
    Router::new().nest("/_control", routes)
}

async fn orders(Shared(engine): Sim) -> Json<Vec<Value>> {
    Json(engine.orders())
}

async fn order(Shared(engine): Sim, Path(id): Path<String>) -> Answer {
    engine.order(&id).map(Json)
}

async fn act_on_order(
    Shared(engine): Sim,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let order = match action.as_str() {
        "pay" => {
            let terms = given(&body)?;
            let card = cards::usual(true);
            engine.act(&id, |state, moment| state.approve(moment, &id, &terms, card)).await
        }
        "decline" => {
            let Decline { response_code } = given(&body)?;
            let card = cards::usual(false);
            engine.act(&id, |state, moment| state.decline(moment, &id, response_code, card)).await
        }
        "process" => {
            let card = cards::usual(true);
            engine.act(&id, |state, moment| state.process(moment, &id, card)).await
        }
        "expire" => engine.act(&id, |state, moment| state.expire(moment, &id)).await,
        "reverse" => {
            let Part { amount } = given(&body)?;
            engine.act(&id, |state, moment| state.reverse_by_staff(moment, &id, amount)).await
        }
        _ => Err(ApiError::unknown(&action)),
    };
    order.map(Json)
}

async fn act_on_reversal(Shared(engine): Sim, Path((id, action)): Path<(i64, String)>) -> Answer {
    let order = match action.as_str() {
        "complete" => engine.settle_reversal(id, true).await,
        "decline" => engine.settle_reversal(id, false).await,
        _ => Err(ApiError::unknown(&action)),
    };
    order.map(Json)
}

async fn callbacks(Shared(engine): Sim) -> Json<Vec<Value>> {
    Json(engine.callbacks())
}

async fn quirks(Shared(engine): Sim) -> Json<Quirks> {
    Json(engine.read(|state| state.quirks.clone()))
}

async fn set_quirks(Shared(engine): Sim, body: Bytes) -> Answer<Quirks> {
    let quirks: Quirks = given(&body)?;
    engine.change(|state| state.quirks = quirks.clone())?;
    Ok(Json(quirks))
}
