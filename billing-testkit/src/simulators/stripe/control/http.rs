//! `/_control`: everything the simulator can be told, as JSON. The module page lists the routes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;

use crate::simulators::shared::control::{self as shared, given, required};
use crate::simulators::stripe::changes::NewRefund;
use crate::simulators::stripe::engine::Engine;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::{Event, PaymentIntent};
use crate::simulators::stripe::state::State;

type Sim = Shared<Arc<Engine>>;
type Answer<T = Value> = Result<Json<T>, ApiError>;

/// A part in minor units, or all of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Part {
    amount: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Authenticate {
    accept: bool,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Decline {
    decline_code: String,
}

impl Default for Decline {
    fn default() -> Self {
        Self { decline_code: "generic_decline".to_owned() }
    }
}

pub(crate) fn router() -> Router<Arc<Engine>> {
    let routes = Router::new()
        .route("/payment_intents", get(payment_intents))
        .route("/payment_intents/{id}/{action}", post(act_on_payment))
        .route("/refunds/start_pending", put(start_refunds_pending))
        .route("/refunds/{id}/{action}", post(act_on_refund))
        .route("/disputes/{id}/{action}", post(act_on_dispute))
        .route("/events", get(events))
        .merge(shared::router("/events"));
    Router::new().nest("/_control", routes)
}

async fn payment_intents(Shared(engine): Sim) -> Json<Vec<Value>> {
    Json(engine.read(|state| state.payment_intents.newest_first().map(PaymentIntent::to_json).collect()))
}

async fn act_on_payment(
    Shared(engine): Sim,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let object = match action.as_str() {
        "pay" => {
            let terms = given(&body)?;
            engine.change_and_tell(|state, moment| state.pay(moment, &id, &terms)).await
        }
        "decline" => {
            let Decline { decline_code } = given(&body)?;
            engine.change_and_tell(|state, moment| state.decline(moment, &id, &decline_code)).await
        }
        "authenticate" => {
            let Authenticate { accept } = required(&body)?;
            engine.change_and_tell(|state, moment| state.authenticate(moment, &id, accept)).await
        }
        "process" => engine.change_and_tell(|state, moment| state.process(moment, &id)).await,
        "refund" => {
            let Part { amount } = given(&body)?;
            let refund = |state: &mut _, moment: &_| {
                State::create_refund(state, moment, NewRefund::from_console(state, &id, amount)?)
            };
            engine.change_and_tell(refund).await
        }
        "dispute" => {
            let terms = given(&body)?;
            engine.change_and_tell(|state, moment| state.open_dispute(moment, &id, &terms)).await
        }
        _ => Err(unknown(&action)),
    };
    object.map(Json)
}

async fn act_on_refund(Shared(engine): Sim, Path((id, action)): Path<(String, String)>) -> Answer {
    let object = match action.as_str() {
        "complete" => engine.change_and_tell(|state, moment| state.complete_refund(moment, &id)).await,
        "fail" => engine.change_and_tell(|state, moment| state.fail_refund(moment, &id)).await,
        _ => Err(unknown(&action)),
    };
    object.map(Json)
}

async fn act_on_dispute(
    Shared(engine): Sim,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let Part { amount } = given(&body)?;
    let object = match action.as_str() {
        "withdraw" => engine.change_and_tell(|state, moment| state.withdraw(moment, &id, amount)).await,
        "reinstate" => engine.change_and_tell(|state, moment| state.reinstate(moment, &id, amount)).await,
        "win" => engine.change_and_tell(|state, moment| state.close_dispute(moment, &id, true)).await,
        "lose" => engine.change_and_tell(|state, moment| state.close_dispute(moment, &id, false)).await,
        _ => Err(unknown(&action)),
    };
    object.map(Json)
}

async fn start_refunds_pending(Shared(engine): Sim, body: Bytes) -> Answer<bool> {
    let pending: bool = required(&body)?;
    engine.change(|state| state.refunds_start_pending = pending)?;
    Ok(Json(pending))
}

async fn events(Shared(engine): Sim) -> Json<Vec<Value>> {
    Json(engine.read(|state| state.events.oldest_first().map(Event::to_json).collect()))
}

fn unknown(action: &str) -> ApiError {
    ApiError::unknown_url("POST", action)
}
