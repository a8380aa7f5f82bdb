//! API calls that fail on demand.

use std::time::Duration;

use billing_testkit::simulators::fondy::{ApiFault, Fault};
use serde_json::json;

use super::shop::{Shop, code, order, send};

const CREATE: &str = "checkout/url";

#[tokio::test]
async fn a_status_comes_from_what_stands_before_the_gateway() {
    let shop = Shop::open().await;
    for fault in [Fault::Status(403), Fault::Status(500), Fault::Status(429), Fault::Garbage] {
        shop.fondy.fail(ApiFault::new(fault));
        let failed = send(shop.calling(CREATE, order("a", json!({})))).await;
        assert_ne!(failed.status, 200);
        assert_eq!(failed.header("content-type"), Some("text/html"));
    }
    assert!(shop.fondy.orders().is_empty());
    assert_eq!(code(&shop.call(CREATE, order("a", json!({}))).await), 0);
}

#[tokio::test]
async fn an_error_of_the_gateways_own_is_answered_on_demand() {
    let shop = Shop::open().await;
    shop.fondy.fail(ApiFault::new(Fault::api_error(1002)).with_times(2));
    let failed = shop.call(CREATE, order("a", json!({}))).await;
    assert_eq!((code(&failed), failed["error_message"].as_str()), (1002, Some("Application error")));
    assert_eq!(code(&shop.status("a").await), 1002);
    assert_eq!(code(&shop.status("a").await), 1018);
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_there() {
    let shop = Shop::open().await;
    for (order_id, fault) in [("a", Fault::Status(502)), ("b", Fault::Close), ("c", Fault::api_error(1066))] {
        shop.fondy.fail(ApiFault::new(fault).with_effect());
        let _lost = shop.calling(CREATE, order(order_id, json!({}))).send().await;
        assert_eq!(code(&shop.call(CREATE, order(order_id, json!({}))).await), 1013);
        assert_eq!(shop.status(order_id).await["order_status"], "created");
    }
}

#[tokio::test]
async fn a_cut_connection_carries_no_answer() {
    let shop = Shop::open().await;
    shop.fondy.fail(ApiFault::new(Fault::Close).with_times(10));
    assert!(shop.calling(CREATE, order("a", json!({}))).send().await.is_err());
    shop.fondy.clear_faults();
    assert!(shop.fondy.faults().is_empty());
    shop.order("a").await;
}

#[tokio::test]
async fn a_call_that_hangs_ends_with_the_callers_patience_or_the_shutdown() {
    let shop = Shop::open().await;
    shop.fondy.fail(ApiFault::new(Fault::Hang).with_effect().with_times(2));
    let impatient = shop.calling(CREATE, order("a", json!({}))).timeout(Duration::from_millis(200));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    let hanging = tokio::spawn(shop.calling(CREATE, order("b", json!({}))).send());
    while shop.fondy.orders().len() < 2 {
        tokio::task::yield_now().await;
    }
    shop.fondy.shutdown().await;
    assert_eq!(hanging.await.unwrap().unwrap().status(), 503);
}

#[tokio::test]
async fn a_fault_waits_for_the_call_it_fits() {
    let shop = Shop::open().await;
    shop.fondy.fail(ApiFault::new(Fault::api_error(1089)).with_route("POST", "/api/reverse"));
    shop.paid("a").await;
    assert_eq!(code(&shop.reverse("a", 1, json!({})).await), 1089);
    assert_eq!(code(&shop.reverse("a", 1, json!({})).await), 0);
}

#[tokio::test]
async fn a_late_answer_is_the_right_one() {
    let shop = Shop::open().await;
    shop.fondy.fail(ApiFault::new(Fault::Delay(20)));
    shop.order("a").await;
    assert_eq!(shop.status("a").await["order_status"], "created");
}
