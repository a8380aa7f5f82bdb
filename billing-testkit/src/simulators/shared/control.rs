//! The part of `/_control` that is the same at every provider: webhooks, deliveries, faults.

use std::sync::Arc;

use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::courier::{Delivery, DeliveryPlan};
use super::engine::{Engine, Provider};
use super::faults::ApiFault;
use super::refusal::Refusal;

type Sim<P> = Shared<Arc<Engine<P>>>;
type Answer<P, T> = Result<Json<T>, <P as Provider>::Error>;

/// The shared routes, without their prefix. `events` is what the provider calls its events: `/events`.
pub(crate) fn router<P: Provider>(events: &str) -> Router<Arc<Engine<P>>> {
    Router::new()
        .route(&format!("{events}/{{id}}/redeliver"), post(redeliver))
        .route("/deliveries", get(deliveries))
        .route("/deliveries/held", get(held))
        .route("/deliveries/plan", get(plan).put(set_plan))
        .route("/deliveries/release", post(release))
        .route("/webhook", put(set_webhook))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
}

/// What the body says; no body says nothing.
pub(crate) fn given<T: DeserializeOwned + Default, E: Refusal>(body: &[u8]) -> Result<T, E> {
    if body.is_empty() { Ok(T::default()) } else { required(body) }
}

pub(crate) fn required<T: DeserializeOwned, E: Refusal>(body: &[u8]) -> Result<T, E> {
    serde_json::from_slice(body).map_err(|error| E::malformed(format!("Invalid JSON body: {error}")))
}

async fn redeliver<P: Provider>(Shared(engine): Sim<P>, Path(id): Path<String>) -> Answer<P, Vec<Delivery>> {
    engine.redeliver(&id).await?;
    Ok(Json(engine.courier.log().into_iter().filter(|delivery| delivery.event == id).collect()))
}

async fn deliveries<P: Provider>(Shared(engine): Sim<P>) -> Json<Vec<Delivery>> {
    Json(engine.courier.log())
}

async fn held<P: Provider>(Shared(engine): Sim<P>) -> Json<Vec<String>> {
    Json(engine.courier.held())
}

async fn plan<P: Provider>(Shared(engine): Sim<P>) -> Json<DeliveryPlan> {
    Json(engine.courier.plan())
}

async fn set_plan<P: Provider>(Shared(engine): Sim<P>, body: Bytes) -> Answer<P, DeliveryPlan> {
    let plan: DeliveryPlan = given(&body)?;
    engine.courier.set_plan(plan.clone());
    Ok(Json(plan))
}

async fn release<P: Provider>(Shared(engine): Sim<P>, body: Bytes) -> Answer<P, Vec<String>> {
    let released = engine.courier.release(&given(&body)?);
    engine.courier.first_attempts(&released).await;
    Ok(Json(released))
}

async fn set_webhook<P: Provider>(Shared(engine): Sim<P>, body: Bytes) -> Answer<P, Option<String>> {
    let url: Option<String> = required(&body)?;
    engine.set_webhook_url(url.clone());
    Ok(Json(url))
}

async fn faults<P: Provider>(Shared(engine): Sim<P>) -> Json<Vec<ApiFault>> {
    Json(engine.faults.list())
}

async fn add_fault<P: Provider>(Shared(engine): Sim<P>, body: Bytes) -> Answer<P, Vec<ApiFault>> {
    engine.faults.add(required(&body)?);
    Ok(Json(engine.faults.list()))
}

async fn clear_faults<P: Provider>(Shared(engine): Sim<P>) -> StatusCode {
    engine.faults.clear();
    StatusCode::NO_CONTENT
}
