//! The state file.

use std::fs;

use billing_testkit::simulators::fondy::{Quirks, ReversalOutcome};
use serde_json::json;

use super::merchant::Merchant;
use super::shop::{Shop, code, order, simulator};

#[tokio::test]
async fn a_sandbox_survives_its_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fondy.json");
    let shop = Shop::with(simulator().with_state_file(&file).with_test_mode(true)).await;
    shop.paid("a").await;
    shop.fondy.reverse("a", Some(500)).await.unwrap();
    shop.order("b").await;
    let quirks = Quirks::new().with_reversals(ReversalOutcome::Created);
    shop.fondy.set_quirks(quirks.clone()).unwrap();
    let (callbacks, before) = (shop.fondy.callbacks(), shop.status("a").await);
    let addr = shop.fondy.addr();
    shop.fondy.shutdown().await;

    let fondy = simulator().with_state_file(&file).with_test_mode(true).start(addr).await.unwrap();
    let shop = Shop { fondy, http: shop.http };
    assert_eq!(shop.fondy.callbacks(), callbacks);
    assert_eq!(shop.status("a").await, before);
    assert_eq!(shop.fondy.quirks(), quirks);
    assert_eq!(code(&shop.call("checkout/url", order("b", json!({}))).await), 1013);
    let new = shop.order("c").await;
    assert!(shop.fondy.orders().iter().filter(|old| old["payment_id"] == new["payment_id"]).count() == 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn callbacks_under_way_are_delivered_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fondy.json");
    let down = simulator().with_callback_url("http://127.0.0.1:1/").with_state_file(&file);
    let shop = Shop::with(down).await;
    shop.paid("a").await;
    shop.fondy.shutdown().await;

    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator().with_callback_url(&merchant.url).with_state_file(&file)).await;
    merchant.wait_for(1).await;
    assert_eq!(merchant.told(), [("a".to_owned(), "approved".to_owned())]);
    drop(shop);
}

#[tokio::test]
async fn a_state_file_that_cannot_be_read_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fondy.json");
    fs::write(&file, "{").unwrap();
    assert!(simulator().with_state_file(&file).start(([127, 0, 0, 1], 0).into()).await.is_err());
}

#[tokio::test]
async fn a_taken_port_stops_the_start() {
    let shop = Shop::open().await;
    assert!(simulator().start(shop.fondy.addr()).await.is_err());
}
