use std::time::Duration;

use billing_core::{PaymentGateway, PaymentStatus, RefundId};
use billing_testkit::simulators::fondy::{ApiFault, Fault, PayTerms, Quirks, ReversalOutcome};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    setup::{builder, kind, refusal, reversal, uah},
    simulator::{CEILING, Order, Shop},
};

/// The reversals of an order: how much, and how far.
fn reversals(shop: &Shop, order: &Order) -> Vec<(i64, String)> {
    let told = shop.fondy.order(&order.id).unwrap();
    let reversals = told["reversals"].as_array().unwrap().iter();
    let word = |reversal: &Value| reversal["reverse_status"].as_str().unwrap().to_owned();
    reversals.map(|reversal| (reversal["amount"].as_i64().unwrap(), word(reversal))).collect()
}

fn done(amount: i64) -> (i64, String) {
    (amount, "approved".to_owned())
}

/// What the bank still works on.
fn pending(shop: &Shop, order: &Order) -> i64 {
    let told = shop.fondy.order(&order.id).unwrap();
    let reversals = told["reversals"].as_array().unwrap();
    let pending = reversals.iter().find(|reversal| reversal["reverse_status"] == "created");
    pending.unwrap()["transaction_id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_until_nothing_is_left() {
    for quirks in [Quirks::new(), Quirks::new().with_partly_reversed_as_reversed()] {
        let shop = Shop::with_quirks(quirks).await;
        let order = shop.paid_order().await;
        for (amount, before) in [(10_000, 0), (1, 10_000), (14_999, 10_001)] {
            let snapshot = shop.gateway.refund(order.refund_of(amount, before)).await.unwrap();
            assert_eq!(snapshot.take_backs, Some(reversal(before + amount)));
            assert_eq!((snapshot.status, snapshot.paid), (PaymentStatus::Succeeded, Some(uah(25_000))));
            // Our own refund comes back to us as a callback with the running total.
            shop.quiet().await;
            assert_eq!(shop.heard(), [snapshot]);
        }
        assert_eq!(reversals(&shop, &order), [done(10_000), done(1), done(14_999)]);

        let refused = refusal(shop.gateway.refund(order.refund_of(1, 25_000)).await);
        assert_eq!(refused, ("declined", "1086".to_owned()));
    }
}

#[tokio::test]
async fn a_payment_is_refunded_as_a_whole() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    let snapshot = shop.gateway.refund(order.refund_of(25_000, 0)).await.unwrap();
    assert_eq!(snapshot.take_backs, Some(reversal(25_000)));
    assert_eq!(shop.fondy.order(&order.id).unwrap()["order_status"], "reversed");
    shop.quiet().await;
    let [event] = <[_; 1]>::try_from(shop.endpoint.take()).unwrap();
    assert_eq!(event.kind, "order.reversed");
    assert_eq!(crate::simulator::snapshot(event), snapshot);
}

#[tokio::test]
async fn what_cannot_be_given_back_is_declined() {
    let shop = Shop::open().await;
    let unpaid = shop.order().await;
    let order = shop.paid_order().await;
    for refund in [unpaid.refund_of(100, 0), order.refund_of(25_001, 0)] {
        assert_eq!(refusal(shop.gateway.refund(refund).await), ("declined", "1007".to_owned()));
    }
    let mut unknown = order.refund_of(100, 0);
    unknown.payment.external_id = Some("topup-1".to_owned());
    assert_eq!(refusal(shop.gateway.refund(unknown).await).0, "not found");
    assert!(reversals(&shop, &order).is_empty());
}

#[tokio::test]
async fn a_refund_is_in_the_currency_that_was_paid() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.pay(&order.id, &PayTerms::new().with_currency("USD")).await.unwrap();
    let refused = refusal(shop.gateway.refund(order.refund_of(100, 0)).await);
    assert_eq!(refused, ("declined", "currency_mismatch".to_owned()));
    assert!(reversals(&shop, &order).is_empty());
}

#[tokio::test]
async fn a_refund_is_refused_in_either_form() {
    for (outcome, code) in [
        (ReversalOutcome::Declined, "declined"),
        (ReversalOutcome::Refused(1069), "1069"),
        (ReversalOutcome::Refused(1084), "1084"),
    ] {
        for quirks in [Quirks::new(), Quirks::new().with_error_codes_as_text()] {
            let shop = Shop::with_quirks(quirks.with_reversals(outcome)).await;
            let order = shop.paid_order().await;
            let refused = refusal(shop.gateway.refund(order.refund_of(5_000, 0)).await);
            assert_eq!(refused, ("declined", code.to_owned()));
            assert_eq!(shop.status(&order).await.take_backs, Some(vec![]));
        }
    }
}

#[tokio::test]
async fn a_refund_that_the_bank_works_on_is_taken_on_and_seen_when_it_is_done() {
    let shop = Shop::with_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).await;
    let order = shop.paid_order().await;
    let refund = order.refund_of(5_000, 0);
    let taken_on = shop.gateway.refund(refund.clone()).await.unwrap();
    assert_eq!((taken_on.status, taken_on.take_backs), (PaymentStatus::Succeeded, Some(vec![])));

    shop.fondy.complete_reversal(pending(&shop, &order)).await.unwrap();
    let done = shop.status(&order).await;
    assert_eq!(done.take_backs, Some(reversal(5_000)));
    assert_eq!(shop.heard(), std::slice::from_ref(&done));
    assert_eq!(shop.gateway.refund(refund).await.unwrap(), done);
    assert_eq!(reversals(&shop, &order), [self::done(5_000)]);
}

#[tokio::test]
async fn a_refund_that_the_bank_works_on_is_not_made_a_second_time() {
    let shop = Shop::with_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).await;
    let order = shop.paid_order().await;
    let refund = order.refund_of(5_000, 0);
    for _ in 0..3 {
        let snapshot = shop.gateway.refund(refund.clone()).await.unwrap();
        assert_eq!(snapshot.take_backs, Some(vec![]));
    }
    assert_eq!(reversals(&shop, &order), [(5_000, "created".to_owned())]);
}

#[tokio::test]
async fn a_refund_that_the_bank_declines_in_the_end_takes_nothing_and_stays_declined() {
    let shop = Shop::with_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).await;
    let order = shop.paid_order().await;
    let refund = order.refund_of(5_000, 0);
    shop.gateway.refund(refund.clone()).await.unwrap();
    shop.fondy.decline_reversal(pending(&shop, &order)).await.unwrap();
    assert_eq!(shop.status(&order).await.take_backs, Some(vec![]));

    assert_eq!(refusal(shop.gateway.refund(refund.clone()).await), ("declined", "declined".to_owned()));
    assert_eq!(reversals(&shop, &order), [(5_000, "declined".to_owned())]);

    // Another refund is another try.
    shop.fondy.set_quirks(Quirks::new()).unwrap();
    let mut another = refund;
    another.id = RefundId::new();
    assert_eq!(shop.gateway.refund(another).await.unwrap().take_backs, Some(reversal(5_000)));
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_found_by_a_repeat_and_made_once() {
    for quirks in [
        Quirks::new(),
        // By the total alone.
        Quirks::new().with_reverse_id_ignored(),
        // By the id alone: the total says nothing yet.
        Quirks::new().with_reversals(ReversalOutcome::Created),
    ] {
        let shop = Shop::with_quirks(quirks.clone()).await;
        let order = shop.paid_order().await;
        shop.gateway.refund(order.refund_of(1_000, 0)).await.unwrap();
        if quirks.reversals == ReversalOutcome::Created {
            shop.fondy.complete_reversal(pending(&shop, &order)).await.unwrap();
        }
        let refund = order.refund_of(5_000, 1_000);
        for fault in [Fault::Close, Fault::Garbage] {
            shop.fondy.fail(ApiFault::new(fault).with_effect().with_route("POST", "/api/reverse"));
        }
        let error = shop.gateway.refund(refund.clone()).await.unwrap_err();
        assert_eq!(kind(&error), "unavailable", "{error}");
        // The second loss strikes only where the repeat is sent, which a total that tells makes needless.
        let is_told = quirks.reversals == ReversalOutcome::Approved;
        assert_eq!(shop.gateway.refund(refund.clone()).await.is_ok(), is_told, "{quirks:?}");
        assert_eq!(shop.fondy.faults().is_empty(), !is_told, "{quirks:?}");
        shop.fondy.clear_faults();
        shop.gateway.refund(refund).await.unwrap();
        assert_eq!(reversals(&shop, &order).len(), 2, "{quirks:?}");
    }
}

#[tokio::test]
async fn a_refund_that_is_asked_for_many_times_at_once_is_made_once() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    let refund = order.refund_of(5_000, 0);
    let mut repeats = JoinSet::new();
    for _ in 0..8 {
        let (gateway, refund) = (shop.gateway.clone(), refund.clone());
        repeats.spawn(async move { gateway.refund(refund).await.unwrap().take_backs });
    }
    for take_backs in repeats.join_all().await {
        assert_eq!(take_backs, Some(reversal(5_000)));
    }
    assert_eq!(reversals(&shop, &order), [done(5_000)]);
}

#[tokio::test]
async fn a_refund_that_was_lost_on_the_way_there_is_made_by_a_repeat() {
    for fault in [Fault::Close, Fault::Garbage, Fault::Status(500), Fault::api_error(1002)] {
        let shop = Shop::open().await;
        let order = shop.paid_order().await;
        shop.fondy.fail(ApiFault::new(fault.clone()).with_route("POST", "/api/reverse"));
        let refund = order.refund_of(5_000, 0);
        let error = shop.gateway.refund(refund.clone()).await.unwrap_err();
        assert_eq!(kind(&error), "unavailable", "{fault:?}: {error}");
        assert!(reversals(&shop, &order).is_empty(), "{fault:?}");
        let snapshot = shop.gateway.refund(refund).await.unwrap();
        assert_eq!(snapshot.take_backs, Some(reversal(5_000)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_refund_that_was_taken_on_is_no_error_when_time_runs_out_before_it_is_seen() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    let hasty = builder(&shop.fondy.api_url()).with_timeout(Duration::from_millis(1_500)).build().unwrap();
    // The first question is answered, the second one is not.
    shop.fondy.fail(ApiFault::new(Fault::Delay(0)).with_route("POST", "/api/status"));
    shop.fondy.fail(ApiFault::new(Fault::Hang).with_route("POST", "/api/status"));
    let snapshot = tokio::time::timeout(CEILING, hasty.refund(order.refund_of(5_000, 0))).await.unwrap();
    assert_eq!(snapshot.unwrap().take_backs, Some(vec![]));
    assert_eq!(reversals(&shop, &order), [done(5_000)]);
    assert_eq!(shop.status(&order).await.take_backs, Some(reversal(5_000)));
}

#[tokio::test]
async fn what_staff_gave_back_meanwhile_is_for_a_person_to_judge() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.fondy.reverse(&order.id, Some(700)).await.unwrap();
    let heard = shop.heard().remove(0);
    assert_eq!(heard.take_backs, Some(reversal(700)));
    assert_eq!(heard, shop.status(&order).await);

    let refused = refusal(shop.gateway.refund(order.refund_of(5_000, 0)).await);
    assert_eq!(refused, ("declined", "taken_back_meanwhile".to_owned()));
    assert_eq!(reversals(&shop, &order), [done(700)]);

    let told = shop.gateway.refund(order.refund_of(5_000, 700)).await.unwrap();
    assert_eq!(told.take_backs, Some(reversal(5_700)));
}

#[tokio::test]
async fn what_staff_gave_back_in_full_meanwhile_is_not_given_back_again() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.fondy.reverse(&order.id, None).await.unwrap();
    let told = shop.gateway.refund(order.refund_of(5_000, 0)).await.unwrap();
    assert_eq!(told.take_backs, Some(reversal(25_000)));
    assert_eq!(reversals(&shop, &order), [done(25_000)]);
}

#[tokio::test]
async fn a_late_payment_is_refunded_like_any_other() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.expire(&order.id).await.unwrap();
    shop.fondy.pay(&order.id, &PayTerms::new().with_amount(24_999)).await.unwrap();
    let told = shop.gateway.refund(order.refund_of(24_999, 0)).await.unwrap();
    assert_eq!((told.paid, told.take_backs), (Some(uah(24_999)), Some(reversal(24_999))));
    assert_eq!(shop.fondy.order(&order.id).unwrap()["order_status"], "reversed");
}
