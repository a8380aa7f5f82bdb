//! Callbacks that go wrong on their way.

use std::time::Duration;

use billing_testkit::simulators::fondy::{Chaos, DeliveryPlan, ReleaseOrder};

use super::merchant::Merchant;
use super::shop::{CEILING, Shop, simulator};

async fn shop_for(merchant: &Merchant) -> Shop {
    let retries = [Duration::from_millis(1), Duration::from_millis(1), Duration::from_millis(1)];
    Shop::with(simulator().with_callback_url(&merchant.url).with_retry_delays(retries)).await
}

fn ids(merchant: &Merchant) -> Vec<String> {
    merchant.told().into_iter().map(|(order_id, _)| order_id).collect()
}

#[tokio::test]
async fn a_callback_is_sent_again_until_the_answer_is_200() {
    let merchant = Merchant::open().await;
    merchant.answer_with([500, 201, 302]);
    let shop = shop_for(&merchant).await;
    shop.paid("a").await;
    let attempts = merchant.wait_for(4).await;
    assert!(attempts.windows(2).all(|pair| pair[0].body == pair[1].body));
    let last = shop.fondy.wait_for_delivery(|delivery| delivery.attempt == 4);
    assert!(tokio::time::timeout(CEILING, last).await.unwrap().is_acknowledged());
    let deliveries = shop.fondy.deliveries();
    let seen: Vec<_> = deliveries.iter().map(|one| (one.status, one.acknowledged)).collect();
    assert_eq!(seen, [(Some(500), false), (Some(201), false), (Some(302), false), (Some(200), true)]);
    assert!(deliveries.iter().all(|one| one.object == "a" && one.kind == "approved"));
}

#[test]
fn by_default_a_callback_is_repeated_for_a_day() {
    let shown = format!("{:?}", simulator());
    assert!(shown.contains("retry_delays: [2s, 60s, 300s, 600s, 3600s, 86400s]"), "{shown}");
    assert!(shown.contains("callback_timeout: 30s"), "{shown}");
}

#[tokio::test]
async fn a_callback_is_given_up_in_the_end() {
    let merchant = Merchant::open().await;
    merchant.answer_with([500; 4]);
    let shop = shop_for(&merchant).await;
    shop.paid("a").await;
    let last = shop.fondy.wait_for_delivery(|delivery| delivery.attempt == 4);
    assert!(!tokio::time::timeout(CEILING, last).await.unwrap().is_acknowledged());
    assert_eq!(merchant.received().len(), 4);
}

#[tokio::test]
async fn an_endpoint_that_is_slow_has_not_answered() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}/", listener.local_addr().unwrap());
    let builder = simulator().with_callback_url(silent).with_callback_timeout(Duration::from_millis(50));
    let shop = Shop::with(builder.with_retry_delays([])).await;
    shop.paid("a").await;
    let delivery = shop.fondy.deliveries().pop().unwrap();
    assert!(delivery.status.is_none() && delivery.error.is_some());
}

#[tokio::test]
async fn dropped_callbacks_never_come_and_the_next_ones_do() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_next_dropped(1));
    shop.paid("a").await;
    shop.paid("b").await;
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    shop.paid("c").await;
    assert_eq!(ids(&merchant), ["b"]);
    let dropped: Vec<_> = shop.fondy.deliveries().iter().map(|one| one.dropped).collect();
    assert_eq!(dropped, [true, false, true]);
}

#[tokio::test]
async fn duplicates_and_delays_come_as_asked() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    let plan = DeliveryPlan::new().with_duplicates(4).with_delay(Duration::from_millis(20));
    shop.fondy.set_delivery_plan(plan);
    shop.paid("a").await;
    assert_eq!(merchant.wait_for(5).await.len(), 5);
}

#[tokio::test]
async fn it_is_quiet_when_the_last_repeat_has_ended() {
    let merchant = Merchant::open().await;
    merchant.answer_with([500; 3]);
    let shop = shop_for(&merchant).await;
    shop.fondy.wait_until_quiet().await;
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_delay(Duration::from_millis(20)));
    shop.paid("a").await;
    tokio::time::timeout(CEILING, shop.fondy.wait_until_quiet()).await.unwrap();
    assert_eq!(merchant.received().len(), 4);
}

#[tokio::test]
async fn held_callbacks_are_released_in_the_order_asked_for() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_hold());
    for order_id in ["a", "b", "c", "d"] {
        shop.paid(order_id).await;
    }
    assert!(merchant.received().is_empty());
    let held = shop.fondy.held_callbacks();
    let chosen = ReleaseOrder::Listed(vec![held[1].clone()]);
    assert_eq!(shop.fondy.release(&chosen).await, [held[1].clone()]);
    shop.fondy.release(&ReleaseOrder::Reversed).await;
    assert_eq!(ids(&merchant), ["b", "d", "c", "a"]);
    assert!(shop.fondy.held_callbacks().is_empty());
}

#[tokio::test]
async fn chance_loses_repeats_and_reorders_but_never_changes_a_callback() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    let chaos = Chaos::new(7)
        .with_drop_percent(30)
        .with_most_duplicates(5)
        .with_most_delay(Duration::from_millis(400));
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_chaos(chaos));
    let names: Vec<_> = (0..40).map(|number| format!("order-{number:02}")).collect();
    for name in &names {
        shop.paid(name).await;
    }
    tokio::time::timeout(CEILING, shop.fondy.wait_until_quiet()).await.unwrap();

    let told = ids(&merchant);
    let lost = names.iter().filter(|name| !told.contains(name)).count();
    assert_eq!(lost, shop.fondy.deliveries().iter().filter(|one| one.dropped).count());
    assert!(lost > 0 && lost < names.len(), "{lost} lost");
    assert!(told.len() > names.len() - lost, "no duplicates");
    assert!(!told.is_sorted(), "in order");
    assert!(merchant.received().iter().all(|callback| shop.is_signed(&callback.fields())));
}
