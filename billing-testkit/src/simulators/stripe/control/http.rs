//! `/_control`: everything the simulator can be told, as JSON. The module page lists the routes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::simulators::stripe::engine::Engine;
use crate::simulators::stripe::objects::{Event, NewRefund, PaymentIntent};
use crate::simulators::stripe::state::State;
use crate::simulators::stripe::{ApiError, ApiFault, Delivery, DeliveryPlan};

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
        .route("/events/{id}/redeliver", post(redeliver))
        .route("/deliveries", get(deliveries))
        .route("/deliveries/held", get(held))
        .route("/deliveries/plan", get(plan).put(set_plan))
        .route("/deliveries/release", post(release))
        .route("/webhook", put(set_webhook))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults));
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

async fn redeliver(Shared(engine): Sim, Path(id): Path<String>) -> Answer<Vec<Delivery>> {
    engine.redeliver(&id).await?;
    let deliveries: Vec<_> =
        engine.courier.log().into_iter().filter(|delivery| delivery.event == id).collect();
    Ok(Json(deliveries))
}

async fn deliveries(Shared(engine): Sim) -> Json<Vec<Delivery>> {
    Json(engine.courier.log())
}

async fn held(Shared(engine): Sim) -> Json<Vec<String>> {
    Json(engine.courier.held())
}

async fn plan(Shared(engine): Sim) -> Json<DeliveryPlan> {
    Json(engine.courier.plan())
}

async fn set_plan(Shared(engine): Sim, body: Bytes) -> Answer<DeliveryPlan> {
    let plan: DeliveryPlan = given(&body)?;
    engine.courier.set_plan(plan.clone());
    Ok(Json(plan))
}

async fn release(Shared(engine): Sim, body: Bytes) -> Answer<Vec<String>> {
    let released = engine.courier.release(&given(&body)?);
    engine.courier.first_attempts(&released).await;
    Ok(Json(released))
}

async fn set_webhook(Shared(engine): Sim, body: Bytes) -> Answer<Option<String>> {
    let url: Option<String> = required(&body)?;
    engine.courier.set_url(url.clone());
    Ok(Json(url))
}

async fn faults(Shared(engine): Sim) -> Json<Vec<ApiFault>> {
    Json(engine.faults.list())
}

async fn add_fault(Shared(engine): Sim, body: Bytes) -> Answer<Vec<ApiFault>> {
    engine.faults.add(required(&body)?);
    Ok(Json(engine.faults.list()))
}

async fn clear_faults(Shared(engine): Sim) -> StatusCode {
    engine.faults.clear();
    StatusCode::NO_CONTENT
}

/// What the body says; no body says nothing.
fn given<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, ApiError> {
    if body.is_empty() { Ok(T::default()) } else { required(body) }
}

fn required<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::malformed(format!("Invalid JSON body: {error}")))
}

fn unknown(action: &str) -> ApiError {
    ApiError::unknown_url("POST", action)
}
