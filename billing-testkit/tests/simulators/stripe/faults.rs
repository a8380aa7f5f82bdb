//! API calls that fail on demand.

use std::time::Duration;

use billing_testkit::simulators::stripe::{ApiFault, Fault};

use super::shop::{Shop, id};

const INTENTS: &str = "/v1/payment_intents";
const FORM: &str = "amount=2500&currency=usd";

#[tokio::test]
async fn a_status_is_answered_instead_of_the_effect() {
    let shop = Shop::open().await;
    for status in [500, 429, 409, 503] {
        shop.stripe.fail(ApiFault::new(Fault::Status(status)));
        let failed = shop.post_with_key(INTENTS, FORM, "key").await;
        assert_eq!(failed.status, status);
        assert!(failed.json()["error"]["type"].is_string());
        assert!(failed.header("request-id").is_some());
    }
    assert!(shop.stripe.payment_intents().is_empty());
    assert_eq!(shop.post_with_key(INTENTS, FORM, "key").await.status, 200);
}

#[tokio::test]
async fn a_lost_answer_is_found_again_under_its_key() {
    let shop = Shop::open().await;
    for (round, fault) in [Fault::Status(500), Fault::Garbage, Fault::Close].into_iter().enumerate() {
        let key = format!("key-{round}");
        shop.stripe.fail(ApiFault::new(fault).with_effect());
        let lost = shop.posting(INTENTS, FORM).header("idempotency-key", &key).send().await;
        assert!(lost.is_err() || lost.is_ok_and(|answer| answer.status().is_server_error()));
        assert_eq!(shop.stripe.payment_intents().len(), round + 1);
        let found = shop.post_with_key(INTENTS, FORM, &key).await;
        assert_eq!(found.header("idempotent-replayed"), Some("true"));
        assert_eq!(id(&found.json()), id(&shop.stripe.payment_intents()[0]));
    }
}

#[tokio::test]
async fn garbage_is_not_json() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::Garbage));
    let garbage = shop.get("/v1/events").await;
    assert_eq!(garbage.status, 502);
    assert!(serde_json::from_str::<serde_json::Value>(&garbage.text).is_err());
}

#[tokio::test]
async fn a_cut_connection_carries_no_answer() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::Close).with_times(10));
    assert!(shop.posting(INTENTS, FORM).send().await.is_err());
    shop.stripe.clear_faults();
    assert_eq!(shop.post(INTENTS, FORM).await.status, 200);
    assert_eq!(shop.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn a_call_that_hangs_ends_with_the_callers_patience() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::Hang).with_effect());
    let impatient = shop.posting(INTENTS, FORM).timeout(Duration::from_millis(200));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    assert_eq!(shop.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn a_hanging_call_does_not_hold_up_the_shutdown() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::Hang).with_effect());
    let hanging = tokio::spawn(shop.posting(INTENTS, FORM).send());
    while shop.stripe.payment_intents().is_empty() {
        tokio::task::yield_now().await;
    }
    shop.stripe.shutdown().await;
    assert_eq!(hanging.await.unwrap().unwrap().status(), 503);
}

#[tokio::test]
async fn a_fault_waits_for_the_call_it_fits() {
    let shop = Shop::open().await;
    let fault = ApiFault::new(Fault::Status(500)).with_times(2).with_route("POST", "/v1/refunds");
    shop.stripe.fail(fault);
    let payment = shop.paid().await;
    let form = format!("payment_intent={payment}");
    assert_eq!(shop.get("/v1/refunds").await.status, 200);
    assert_eq!(shop.post("/v1/refunds", &form).await.status, 500);
    assert_eq!(shop.post("/v1/refunds", &form).await.status, 500);
    assert_eq!(shop.post("/v1/refunds", &form).await.status, 200);
}

#[tokio::test]
async fn a_late_answer_is_the_right_one() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::Delay(20)));
    assert_eq!(shop.post(INTENTS, FORM).await.json()["status"], "requires_payment_method");
}

#[tokio::test]
async fn an_error_of_the_providers_own_is_answered_on_demand() {
    let shop = Shop::open().await;
    shop.stripe.fail(ApiFault::new(Fault::api_error("lock_timeout")));
    let failed = shop.post(INTENTS, FORM).await;
    assert_eq!((failed.status, failed.code().as_str()), (400, "lock_timeout"));
}
