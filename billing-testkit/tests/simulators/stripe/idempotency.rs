//! Idempotency keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use billing_testkit::simulators::stripe::{ApiFault, Fault};

use super::shop::{CEILING, Shop, id, simulator};

const INTENTS: &str = "/v1/payment_intents";
const FORM: &str = "amount=2500&currency=usd&metadata[a]=1&metadata[b]=2";

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let shop = Shop::open().await;
    let first = shop.post_with_key(INTENTS, FORM, "key").await;
    let reordered = "metadata[b]=2&metadata[a]=1&currency=usd&amount=2500";
    let repeat = shop.post_with_key(INTENTS, reordered, "key").await;
    assert_eq!(first.json(), repeat.json());
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(repeat.header("idempotent-replayed"), Some("true"));
    assert_ne!(first.header("request-id"), repeat.header("request-id"));
    assert_eq!(shop.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn other_parameters_under_the_same_key_are_refused() {
    let shop = Shop::open().await;
    shop.post_with_key(INTENTS, FORM, "key").await;
    for (path, form) in [(INTENTS, "amount=2600&currency=usd"), ("/v1/refunds", "payment_intent=pi_1")] {
        let refused = shop.post_with_key(path, form, "key").await;
        assert_eq!(refused.status, 400);
        assert_eq!(refused.json()["error"]["type"], "idempotency_error");
    }
    assert_eq!(shop.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn a_validation_failure_leaves_the_key_free() {
    let shop = Shop::open().await;
    assert_eq!(shop.post_with_key(INTENTS, "amount=1&currency=usd", "key").await.status, 400);
    assert_eq!(shop.post_with_key(INTENTS, FORM, "key").await.status, 200);
}

#[tokio::test]
async fn a_decline_is_kept_under_its_key() {
    let shop = Shop::open().await;
    let path = format!("{INTENTS}/{}/confirm", id(&shop.payment().await));
    let form = "payment_method=pm_card_chargeDeclined";
    let first = shop.post_with_key(&path, form, "key").await;
    let repeat = shop.post_with_key(&path, form, "key").await;
    assert_eq!((first.status, repeat.status), (402, 402));
    assert_eq!(first.json(), repeat.json());
    let failures = shop.event_types().iter().filter(|kind| *kind == "payment_intent.payment_failed").count();
    assert_eq!(failures, 1);
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::Hang));
    let hanging = tokio::spawn(shop.posting(INTENTS, FORM).header("idempotency-key", "key").send());
    let struck = async {
        while !shop.stripe.faults().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(CEILING, struck).await.unwrap();
    let repeat = shop.post_with_key(INTENTS, FORM, "key").await;
    assert_eq!((repeat.status, repeat.code().as_str()), (409, "idempotency_key_in_use"));

    hanging.abort();
    let free_again = async { while shop.post_with_key(INTENTS, FORM, "key").await.status == 409 {} };
    tokio::time::timeout(CEILING, free_again).await.unwrap();
    assert_eq!(shop.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn keys_are_forgotten_after_a_day() {
    let now = Arc::new(AtomicI64::new(1_700_000_000));
    let clock = Arc::clone(&now);
    let shop = Shop::with(simulator().with_clock(move || clock.load(Ordering::SeqCst))).await;
    let first = id(&shop.post_with_key(INTENTS, FORM, "key").await.json());
    now.fetch_add(24 * 60 * 60 - 1, Ordering::SeqCst);
    assert_eq!(id(&shop.post_with_key(INTENTS, FORM, "key").await.json()), first);
    now.fetch_add(1, Ordering::SeqCst);
    assert_ne!(id(&shop.post_with_key(INTENTS, FORM, "key").await.json()), first);
}
