//! The state file.

use std::fs;

use billing_testkit::simulators::stripe::PayTerms;

use super::merchant::Merchant;
use super::shop::{Shop, id, simulator};

#[tokio::test]
async fn a_sandbox_survives_its_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let shop = Shop::with(simulator().with_state_file(&file)).await;
    let form = "amount=2500&currency=usd";
    let created = shop.post_with_key("/v1/payment_intents", form, "key").await.json();
    let payment = id(&created);
    shop.stripe.pay(&payment, &PayTerms::new()).await.unwrap();
    shop.stripe.refund(&payment, Some(500)).await.unwrap();
    let events = shop.stripe.events();
    shop.stripe.shutdown().await;

    let shop = Shop::with(simulator().with_state_file(&file)).await;
    assert_eq!(shop.stripe.events(), events);
    let repeat = shop.post_with_key("/v1/payment_intents", form, "key").await;
    assert_eq!(repeat.header("idempotent-replayed"), Some("true"));
    assert_eq!(repeat.json(), created);
    assert_eq!(shop.stripe.refund(&payment, None).await.unwrap()["amount"], 2000);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn webhooks_under_way_are_delivered_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let down = simulator().with_webhook_url("http://127.0.0.1:1/").with_state_file(&file);
    let shop = Shop::with(down).await;
    shop.payment().await;
    shop.stripe.shutdown().await;

    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator().with_webhook_url(&merchant.url).with_state_file(&file)).await;
    merchant.wait_for(1).await;
    assert_eq!(merchant.received_types(), ["payment_intent.created"]);
    drop(shop);
}

#[tokio::test]
async fn a_state_file_that_cannot_be_read_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    fs::write(&file, "{").unwrap();
    assert!(simulator().with_state_file(&file).start(([127, 0, 0, 1], 0).into()).await.is_err());
}

#[tokio::test]
async fn a_taken_port_stops_the_start() {
    let shop = Shop::open().await;
    assert!(simulator().start(shop.stripe.addr()).await.is_err());
}
