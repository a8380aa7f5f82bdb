//! Webhooks: signatures, retries, and deliveries that go wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use billing_testkit::simulators::stripe::{Chaos, DeliveryPlan, PayTerms, ReleaseOrder, signature_header};

use super::merchant::Merchant;
use super::shop::{CEILING, Shop, WEBHOOK_SECRET, id, simulator};

async fn shop_for(merchant: &Merchant) -> Shop {
    let retries = [Duration::from_millis(1), Duration::from_millis(1), Duration::from_millis(1)];
    Shop::with(simulator().with_webhook_url(&merchant.url).with_retry_delays(retries)).await
}

#[tokio::test]
async fn a_payer_who_pays_is_told_to_the_merchant_before_the_answer() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    let payment = shop.paid().await;
    assert_eq!(
        merchant.received_types(),
        ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    );
    let webhook = merchant.received().pop().unwrap();
    let event = webhook.event();
    assert_eq!(event["data"]["object"]["id"], payment.as_str());
    assert_eq!(event["data"]["object"]["amount_received"], 2500);
    assert_eq!(event["pending_webhooks"], 1);
    let expected = signature_header(WEBHOOK_SECRET, webhook.body.as_bytes(), webhook.timestamp());
    assert_eq!(webhook.signature, expected);
    assert_eq!(shop.stripe.sign(webhook.body.as_bytes(), webhook.timestamp()), expected);
}

#[test]
fn the_signature_is_the_one_official_libraries_accept() {
    // HMAC-SHA256 of `1700000000.{"id":"evt_1"}` under `whsec_test`, computed with OpenSSL.
    assert_eq!(
        signature_header("whsec_test", br#"{"id":"evt_1"}"#, 1_700_000_000),
        "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"
    );
}

#[tokio::test]
async fn a_webhook_is_sent_again_until_it_is_acknowledged() {
    let merchant = Merchant::open().await;
    merchant.answer_with([500, 302]);
    let now = Arc::new(AtomicI64::new(1_700_000_000));
    let clock = Arc::clone(&now);
    let builder = simulator()
        .with_webhook_url(&merchant.url)
        .with_clock(move || clock.fetch_add(1, Ordering::SeqCst))
        .with_retry_delays([Duration::from_millis(1), Duration::from_millis(1)]);
    let shop = Shop::with(builder).await;
    shop.payment().await;
    let attempts = merchant.wait_for(3).await;
    assert!(attempts.windows(2).all(|pair| pair[0].body == pair[1].body));
    assert!(attempts.windows(2).all(|pair| pair[0].timestamp() < pair[1].timestamp()));
    for attempt in &attempts {
        let expected = signature_header(WEBHOOK_SECRET, attempt.body.as_bytes(), attempt.timestamp());
        assert_eq!(attempt.signature, expected);
    }
    let last = shop.stripe.wait_for_delivery(|delivery| delivery.attempt == 3);
    assert!(tokio::time::timeout(CEILING, last).await.unwrap().is_acknowledged());
    let statuses: Vec<_> = shop.stripe.deliveries().iter().map(|delivery| delivery.status).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(200)]);
}

#[tokio::test]
async fn a_webhook_is_given_up_in_the_end() {
    let merchant = Merchant::open().await;
    merchant.answer_with([500; 4]);
    let shop = shop_for(&merchant).await;
    shop.payment().await;
    let last = shop.stripe.wait_for_delivery(|delivery| delivery.attempt == 4);
    assert!(!tokio::time::timeout(CEILING, last).await.unwrap().is_acknowledged());
    let given_up = async {
        while shop.stripe.events()[0]["pending_webhooks"] != 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(CEILING, given_up).await.unwrap();
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_recorded() {
    let shop =
        Shop::with(simulator().with_webhook_url("http://127.0.0.1:1/none").with_retry_delays([])).await;
    let payment = id(&shop.payment().await);
    shop.stripe.pay(&payment, &PayTerms::new()).await.unwrap();
    let deliveries = shop.stripe.deliveries();
    assert_eq!(deliveries.len(), 3);
    assert!(deliveries.iter().all(|delivery| delivery.status.is_none() && delivery.error.is_some()));
}

#[tokio::test]
async fn dropped_events_never_come_and_the_next_ones_do() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_next_dropped(2));
    shop.paid().await;
    assert_eq!(merchant.received_types(), ["payment_intent.succeeded"]);
    assert_eq!(shop.stripe.deliveries().iter().filter(|delivery| delivery.dropped).count(), 2);

    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    shop.paid().await;
    assert_eq!(merchant.received().len(), 1);
}

#[tokio::test]
async fn duplicates_come_as_often_as_asked() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_duplicates(4));
    shop.paid().await;
    let kinds = merchant.wait_for(15).await;
    let paid = kinds.iter().filter(|webhook| webhook.kind() == "payment_intent.succeeded");
    assert_eq!(paid.count(), 5);
    assert_eq!(merchant.received().len(), 15);
}

#[tokio::test]
async fn delayed_events_still_come() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_delay(Duration::from_millis(50)));
    shop.paid().await;
    assert_eq!(merchant.wait_for(3).await.len(), 3);
}

#[tokio::test]
async fn chance_drops_repeats_and_delays_as_its_seed_says() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    let chaos =
        Chaos::new(7).with_drop_percent(40).with_most_duplicates(5).with_most_delay(Duration::from_millis(9));
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_chaos(chaos.clone()));
    for _ in 0..10 {
        shop.paid().await;
    }
    let fates = |from: usize| {
        let dropped = |event: &String| {
            let mut all = shop.stripe.deliveries().into_iter();
            all.any(|delivery| delivery.dropped && delivery.event == *event)
        };
        let ids: Vec<_> = shop.stripe.events().iter().skip(from).map(id).collect();
        ids.iter().map(dropped).collect::<Vec<_>>()
    };
    let first = fates(0);
    assert!(first.contains(&true) && first.contains(&false), "{first:?}");
    let kept = first.iter().filter(|dropped| !**dropped).count();
    tokio::time::timeout(CEILING, shop.stripe.wait_until_quiet()).await.unwrap();
    assert!(merchant.received().len() > kept, "no duplicates");

    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_chaos(chaos));
    for _ in 0..10 {
        shop.paid().await;
    }
    assert_eq!(fates(first.len()), first);
}

#[tokio::test]
async fn held_events_are_released_in_the_order_asked_for() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_hold());
    shop.paid().await;
    assert!(merchant.received().is_empty());
    let held = shop.stripe.held_events();
    assert_eq!(held.len(), 3);

    let chosen = ReleaseOrder::Listed(vec![held[1].clone()]);
    assert_eq!(shop.stripe.release(&chosen).await, [held[1].clone()]);
    shop.stripe.release(&ReleaseOrder::Reversed).await;
    assert_eq!(
        merchant.received_types(),
        ["charge.succeeded", "payment_intent.succeeded", "payment_intent.created"]
    );
    assert!(shop.stripe.held_events().is_empty());
}

#[tokio::test]
async fn an_event_is_delivered_again_on_demand() {
    let merchant = Merchant::open().await;
    let shop = shop_for(&merchant).await;
    shop.paid().await;
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    let event = id(&shop.stripe.events()[2]);
    shop.stripe.redeliver(&event).await.unwrap();
    assert_eq!(merchant.received()[3].event()["id"], event.as_str());
    assert_eq!(shop.stripe.redeliver("evt_none").await.unwrap_err().status(), 404);
}

#[tokio::test]
async fn the_endpoint_may_be_named_after_the_start() {
    let merchant = Merchant::open().await;
    let shop = Shop::open().await;
    let payment = id(&shop.payment().await);
    shop.stripe.set_webhook_url(Some(merchant.url.clone()));
    shop.stripe.pay(&payment, &PayTerms::new()).await.unwrap();
    assert_eq!(merchant.received_types(), ["charge.succeeded", "payment_intent.succeeded"]);
}
