use std::time::Duration;

use billing_core::{GatewayError, PaymentGateway, PaymentSnapshot, PaymentStatus};
use billing_fondy::{FondyGateway, FondySignature};
use billing_testkit::simulators::fondy::{
    Chaos, Delivery, DeliveryPlan, PayTerms, Quirks, ReleaseOrder, ReversalOutcome, SignatureAlgorithm,
};

use crate::{
    setup::{MERCHANT, SECRET, new_order, reversal, uah},
    simulator::{Order, Shop, simulator, snapshot},
};

#[tokio::test]
async fn a_callback_is_believed_in_every_form_and_under_either_algorithm() {
    for (theirs, ours) in
        [(SignatureAlgorithm::Sha1, FondySignature::Sha1), (SignatureAlgorithm::Md5, FondySignature::Md5)]
    {
        for (quirks, content_type) in [
            (Quirks::new(), "application/json; charset=UTF-8"),
            (Quirks::new().with_callbacks_in_envelope(), "application/json; charset=UTF-8"),
            (Quirks::new().with_callbacks_as_form(), "application/x-www-form-urlencoded"),
        ] {
            let simulator = simulator().with_signature(theirs);
            let shop = Shop::with(simulator, |builder| builder.with_signature(ours)).await;
            shop.fondy.set_quirks(quirks.clone()).unwrap();
            let order = shop.order().await;
            shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();

            let [(request, event)] = <[_; 1]>::try_from(shop.endpoint.take_all()).unwrap();
            assert_eq!(request.headers["content-type"], content_type, "{quirks:?}");
            let event = event.unwrap();
            assert_eq!(event.kind, "order.approved");
            let heard = snapshot(event);
            assert_eq!((heard.status, heard.paid), (PaymentStatus::Succeeded, Some(uah(25_000))));
            assert_eq!(heard, shop.status(&order).await, "{quirks:?}");
            assert!(shop.fondy.deliveries().iter().all(|delivery| delivery.status == Some(200)));
        }
    }
}

#[tokio::test]
async fn a_callback_that_another_signed_is_refused() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    let [(request, Ok(_))] = <[_; 1]>::try_from(shop.endpoint.take_all()).unwrap() else { panic!() };
    let wrong = "its signature is wrong";
    let long = "its signature has the wrong length";
    for (secret, algorithm, expected) in
        [("another-secret", FondySignature::Sha1, wrong), (SECRET, FondySignature::Md5, long)]
    {
        let another = FondyGateway::builder(MERCHANT.to_string(), secret).with_signature(algorithm);
        let verdict = another.build().unwrap().parse_webhook(request.clone()).await;
        let Err(GatewayError::NotAuthentic { reason }) = verdict else { panic!("{verdict:?}") };
        assert_eq!(reason, expected);
    }

    let mut touched = request;
    let body = String::from_utf8(touched.body.to_vec()).unwrap();
    assert!(body.contains("\"25000\""));
    touched.body = body.replace("\"25000\"", "\"95000\"").into();
    assert!(shop.gateway.parse_webhook(touched).await.is_err());
}

#[tokio::test]
async fn a_callback_goes_where_the_portal_says_if_the_order_does_not() {
    let shop = Shop::open().await;
    shop.fondy.set_callback_url(Some(shop.callback_url.clone()));
    let silent = crate::setup::builder(&shop.fondy.api_url()).build().unwrap();
    let order = new_order();
    silent.create_payment(order.clone()).await.unwrap();
    shop.fondy.pay(&order.id.to_string(), &PayTerms::new()).await.unwrap();
    assert_eq!(shop.heard().remove(0).payment.id, Some(order.id));
}

#[tokio::test]
async fn an_event_keeps_its_id_when_it_is_sent_again() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.process(&order.id).await.unwrap();
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    let told = shop.endpoint.take();
    let ids: Vec<_> = shop.fondy.callbacks().iter().map(|callback| callback["callback_id"].clone()).collect();
    assert_eq!(ids.len(), told.len());
    assert_ne!(told[0].id, told[1].id);
    for (id, first) in ids.iter().zip(told) {
        shop.fondy.redeliver(id.as_str().unwrap()).await.unwrap();
        assert_eq!(shop.endpoint.take(), [first]);
    }
}

/// What can happen to an order that is paid: heard of five times.
async fn live_through(shop: &Shop, order: &Order) {
    shop.fondy.process(&order.id).await.unwrap();
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    shop.fondy.reverse(&order.id, Some(700)).await.unwrap();
    shop.gateway.refund(order.refund_of(5_000, 700)).await.unwrap();
    shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).unwrap();
    shop.gateway.refund(order.refund_of(19_300, 5_700)).await.unwrap();
    let told = shop.fondy.order(&order.id).unwrap();
    let last = told["reversals"].as_array().unwrap().last().unwrap()["transaction_id"].as_i64().unwrap();
    shop.fondy.complete_reversal(last).await.unwrap();
}

/// What the five callbacks say, in their order.
fn story(order: &Order) -> Vec<PaymentSnapshot> {
    [
        (PaymentStatus::Processing, None, vec![]),
        (PaymentStatus::Succeeded, Some(uah(25_000)), vec![]),
        (PaymentStatus::Succeeded, Some(uah(25_000)), reversal(700)),
        (PaymentStatus::Succeeded, Some(uah(25_000)), reversal(5_700)),
        (PaymentStatus::Succeeded, Some(uah(25_000)), reversal(25_000)),
    ]
    .into_iter()
    .map(|(status, paid, take_backs)| {
        let mut snapshot = PaymentSnapshot::new(order.reference.clone(), status);
        (snapshot.paid, snapshot.take_backs) = (paid, Some(take_backs));
        snapshot
    })
    .collect()
}

/// Every callback is authentic and says what it would have said in its own time, and Fondy says the last word.
async fn is_told_whole(shop: &Shop, order: &Order, heard: Vec<PaymentSnapshot>) {
    let story = story(order);
    for snapshot in &heard {
        assert!(story.contains(snapshot), "never so: {snapshot:?}");
    }
    for snapshot in &story {
        assert!(heard.contains(snapshot), "not heard: {snapshot:?}");
    }
    assert!(shop.fondy.deliveries().iter().all(Delivery::is_acknowledged));
    assert_eq!(Some(&shop.status(order).await), story.last());
}

#[tokio::test]
async fn an_order_is_told_from_its_start_to_its_end() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    live_through(&shop, &order).await;
    shop.quiet().await;
    let heard = shop.heard();
    assert_eq!(heard, story(&order));
    is_told_whole(&shop, &order, heard).await;
}

#[tokio::test]
async fn callbacks_that_come_late_and_out_of_order_say_the_same() {
    let backwards: Vec<_> = (0..5).rev().collect();
    for (released, expected) in [
        (ReleaseOrder::AsHeld, Some((0..5).collect())),
        (ReleaseOrder::Reversed, Some(backwards)),
        (ReleaseOrder::Shuffled(7), None),
    ] {
        let shop = Shop::open().await;
        let order = shop.order().await;
        shop.fondy.set_delivery_plan(DeliveryPlan::new().with_hold());
        live_through(&shop, &order).await;
        assert!(shop.endpoint.take_all().is_empty());
        assert_eq!(shop.fondy.release(&released).await.len(), 5);
        let heard = shop.heard();
        if let Some(places) = expected {
            let story = story(&order);
            let expected: Vec<_> = places.into_iter().map(|place: usize| story[place].clone()).collect();
            assert_eq!(heard, expected, "{released:?}");
        }
        is_told_whole(&shop, &order, heard).await;
    }
}

#[tokio::test]
async fn callbacks_that_come_many_times_say_the_same_under_the_same_id() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let plan = DeliveryPlan::new().with_duplicates(3).with_delay(Duration::from_millis(20));
    shop.fondy.set_delivery_plan(plan);
    live_through(&shop, &order).await;
    shop.quiet().await;
    let events = shop.endpoint.take();
    let mut ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((events.len(), ids.len()), (20, 5));
    is_told_whole(&shop, &order, events.into_iter().map(snapshot).collect()).await;
}

#[tokio::test]
async fn chance_changes_no_callback() {
    let seed = 20_261_125;
    let shop = Shop::open().await;
    let orders = [shop.order().await, shop.order().await, shop.order().await];
    let chaos = Chaos::new(seed).with_most_duplicates(3).with_most_delay(Duration::from_millis(60));
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_chaos(chaos));
    for order in &orders {
        shop.fondy.set_quirks(Quirks::new()).unwrap();
        live_through(&shop, order).await;
    }
    shop.quiet().await;
    let heard = shop.heard();
    for order in &orders {
        let heard = heard.iter().filter(|snapshot| snapshot.payment == order.reference);
        is_told_whole(&shop, order, heard.cloned().collect()).await;
    }
}

#[tokio::test]
async fn what_no_callback_told_is_learnt_by_asking() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    live_through(&shop, &order).await;
    assert!(shop.endpoint.take_all().is_empty());
    assert_eq!(Some(&shop.status(&order).await), story(&order).last());
}
