//! An axum service whose calls are paid for, streams among them; see the README beside it.
mod model;

use std::{convert::Infallible, sync::Arc};

use axum::{
    Extension, Json, Router,
    extract::Query,
    response::sse::{Event, Sse},
    routing::{get, post},
};
use billing_core::{Currency, Money, PriceTable};
use billing_tower::{ChargeLayer, Due, Meter, Outcomes, Settler};
use examples_support::{GRACE, StopSignal, demo, expire_holds, hold_ttl, listen};
use futures_util::{Stream, StreamExt as _};
use model::{Model, Patience, Question};
use serde_json::{Value, json};

const PRICES: &str = include_str!("../prices.toml");
/// What a chunk of a stream costs.
const CHUNK: Money = Money::from_micros(10_000, Currency::USD);
/// Paid calls at once, at most: each keeps a place for its settlement.
const MOST_PAID_CALLS: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(ledger) = demo::ledger().await? else { return Ok(()) };
    let (settler, settling) = Settler::start(Arc::clone(&ledger), MOST_PAID_CALLS);
    let paid = ChargeLayer::new(settler, PriceTable::from_toml(PRICES, Currency::USD)?)
        .with_identity(demo::payer) // In place of this goes the layer that authenticates.
        .with_hold_ttl(hold_ttl()?)
        .with_topup_url("https://example.com/topup");
    tokio::spawn(expire_holds(ledger));

    let stop = StopSignal::new()?;
    let serving = axum::serve(listen().await?, router(&paid)).with_graceful_shutdown(stop.clone().wait());
    stop.bound(serving.into_future()).await?;
    settling.drain(GRACE).await?;
    Ok(())
}

fn router(paid: &ChargeLayer) -> Router {
    // Who leaves a stream before its first chunk has got nothing, and pays nothing.
    let streamed = paid.clone().with_outcomes(Outcomes { client_gone: Due::Metered, ..Outcomes::default() });
    Router::new()
        .route("/answer", post(answer).layer(paid.clone()))
        .route("/slow", post(slow).layer(paid.clone()))
        .route("/stream", get(stream).layer(streamed))
}

/// A fixed price: the estimate is the cost.
async fn answer(Json(question): Json<Question>) -> Json<Value> {
    Json(json!({ "answer": question.answer() }))
}

/// A call that may last longer than its hold lives: the hold is extended meanwhile.
async fn slow(Query(patience): Query<Patience>) -> Json<Value> {
    patience.pass().await;
    Json(json!({ "answer": "at last" }))
}

/// A cost that comes with each chunk. The stream ends when it has cost all that was held for it.
async fn stream(
    Query(model): Query<Model>,
    Extension(meter): Extension<Meter>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let end = {
        let meter = meter.clone();
        async move { meter.used_up().await }
    };
    let chunks = model.chunks().take_until(Box::pin(end)).map(move |chunk| {
        meter.add(CHUNK);
        Ok(Event::default().data(chunk))
    });
    Sse::new(chunks)
}
