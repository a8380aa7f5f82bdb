//! Orders that are not paid in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use billing_testkit::simulators::fondy::PayTerms;
use serde_json::json;

use super::merchant::Merchant;
use super::shop::{CEILING, NOON, Shop, send, simulator};

/// A shop whose time stands still until it is told otherwise.
async fn timed() -> (Arc<AtomicI64>, Merchant, Shop) {
    let now = Arc::new(AtomicI64::new(NOON));
    let merchant = Merchant::open().await;
    let clock = Arc::clone(&now);
    let builder =
        simulator().with_callback_url(&merchant.url).with_clock(move || clock.load(Ordering::SeqCst));
    (now, merchant, Shop::with(builder).await)
}

#[tokio::test]
async fn an_order_expires_when_its_lifetime_is_over() {
    let (now, merchant, shop) = timed().await;
    let checkout = shop.order_with("a", json!({ "lifetime": 600 })).await["checkout_url"].clone();
    now.store(NOON + 599, Ordering::SeqCst);
    assert_eq!(shop.status("a").await["order_status"], "created");
    now.store(NOON + 600, Ordering::SeqCst);
    let page = send(shop.http.get(checkout.as_str().unwrap())).await;
    assert!(page.text.contains("is over") && !page.text.contains("card_number"));
    assert_eq!(shop.status("a").await["order_status"], "expired");
    merchant.wait_for(1).await;
    assert_eq!(merchant.told(), [("a".to_owned(), "expired".to_owned())]);
}

#[tokio::test]
async fn an_order_expires_though_nobody_looks() {
    let (now, merchant, shop) = timed().await;
    shop.order("a").await;
    now.store(NOON + 36_000, Ordering::SeqCst);
    merchant.wait_for(1).await;
    assert_eq!(merchant.told(), [("a".to_owned(), "expired".to_owned())]);
}

#[tokio::test]
async fn a_delayed_order_that_was_declined_ends_as_declined() {
    let (now, _merchant, shop) = timed().await;
    shop.order_with("a", json!({ "delayed": "Y" })).await;
    shop.fondy.decline("a", 1004).await.unwrap();
    now.store(NOON + 36_000, Ordering::SeqCst);
    assert_eq!(shop.status("a").await["order_status"], "declined");
}

#[tokio::test]
async fn a_payment_under_way_may_be_approved_after_the_end() {
    let (_now, merchant, shop) = timed().await;
    shop.order("a").await;
    shop.fondy.expire("a").await.unwrap();
    assert_eq!(shop.fondy.expire("a").await.unwrap_err().code(), 1052);
    assert_eq!(shop.fondy.decline("a", 1004).await.unwrap_err().code(), 1052);
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    let statuses: Vec<_> = merchant.told().into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["expired", "approved"]);
    assert_eq!(shop.fondy.pay("a", &PayTerms::new()).await.unwrap_err().code(), 1019);
}

#[tokio::test]
async fn a_paid_order_does_not_expire() {
    let (now, _merchant, shop) = timed().await;
    shop.paid("a").await;
    now.store(NOON + 100_000_000, Ordering::SeqCst);
    assert_eq!(shop.status("a").await["order_status"], "approved");
    let shut = tokio::time::timeout(CEILING, shop.fondy.shutdown());
    shut.await.unwrap();
}
