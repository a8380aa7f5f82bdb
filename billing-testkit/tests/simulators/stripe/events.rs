//! Events, as the API lists them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;

use super::shop::{Shop, id, simulator};

fn kinds(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn events_are_found_by_type_and_time() {
    let now = Arc::new(AtomicI64::new(1_700_000_000));
    let clock = Arc::clone(&now);
    let shop = Shop::with(simulator().with_clock(move || clock.load(Ordering::SeqCst))).await;
    shop.payment().await;
    now.fetch_add(60, Ordering::SeqCst);
    shop.paid().await;

    let created = shop.get("/v1/events?type=payment_intent.created").await.json();
    assert_eq!(kinds(&created), ["payment_intent.created", "payment_intent.created"]);
    let late = shop.get("/v1/events?created[gte]=1700000060&limit=2").await.json();
    assert_eq!(kinds(&late), ["payment_intent.succeeded", "charge.succeeded"]);
    assert_eq!(late["has_more"], true);
    let next = format!("/v1/events?created[gte]=1700000060&starting_after={}", id(&late["data"][1]));
    assert_eq!(kinds(&shop.get(&next).await.json()), ["payment_intent.created"]);
}

#[tokio::test]
async fn an_event_keeps_the_object_as_it_stood_and_names_its_call() {
    let shop = Shop::open().await;
    let form = "amount=2500&currency=usd";
    let created = shop.post_with_key("/v1/payment_intents", form, "key").await;
    let payment = id(&created.json());
    shop.stripe.decline(&payment, "insufficient_funds").await.unwrap();

    let first = shop.stripe.events().remove(0);
    let event = shop.get(&format!("/v1/events/{}", id(&first))).await.json();
    assert_eq!(event["data"]["object"], created.json());
    assert_eq!(event["request"]["id"].as_str(), created.header("request-id"));
    assert_eq!(event["request"]["idempotency_key"], "key");
    assert_eq!((&event["object"], &event["livemode"]), (&"event".into(), &false.into()));
    assert_eq!(event["api_version"], "2026-09-30.endive");
    assert!(event["created"].is_i64() && event["pending_webhooks"].is_i64());
}
