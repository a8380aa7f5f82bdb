use billing_core::{
    Currency, GatewayError, Money, PaymentGateway, PaymentSnapshot, RefundId, TakeBack, TakeBackKind,
};
use billing_testkit::simulators::stripe::DisputeTerms;

use crate::setup::{Setup, usd};

fn only(snapshot: &PaymentSnapshot) -> &TakeBack {
    let [take_back] = snapshot.take_backs.as_deref().unwrap() else { panic!("not one: {snapshot:?}") };
    take_back
}

fn net(snapshot: &PaymentSnapshot) -> i64 {
    snapshot.take_backs.iter().flatten().map(|take_back| take_back.net().micros()).sum()
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_until_nothing_is_left() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let part = setup.gateway.refund(order.refund_of("10")).await.unwrap();
    assert_eq!((only(&part).kind, only(&part).net()), (TakeBackKind::Refund, usd("10")));

    let whole = setup.gateway.refund(order.refund_of("15")).await.unwrap();
    assert_eq!(whole.take_backs.as_ref().map(Vec::len), Some(2));
    assert_eq!(net(&whole), usd("25").micros());
    assert_eq!(whole.paid, Some(usd("25")));

    let error = setup.gateway.refund(order.refund_of("0.01")).await.unwrap_err();
    let GatewayError::Declined { code, .. } = error else { panic!("{error}") };
    assert_eq!(code, "charge_already_refunded");
}

#[tokio::test]
async fn the_same_refund_id_refunds_once_even_when_the_key_is_forgotten() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let refund = order.refund_of("10");
    let first = setup.gateway.refund(refund.clone()).await.unwrap();
    // The repeat finds the refund by its metadata and does not reach for the idempotency key at all.
    let events = setup.stripe.events().len();
    assert_eq!(setup.gateway.refund(refund).await.unwrap(), first);
    assert_eq!(setup.stripe.events().len(), events);
}

#[tokio::test]
async fn a_refund_in_another_currency_or_of_nothing_is_refused() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    for amount in [Money::from_micros(10_000_000, Currency::UAH), usd("0"), usd("-1"), usd("0.001")] {
        let mut refund = order.refund_of("10");
        refund.amount = amount;
        let error = setup.gateway.refund(refund).await.unwrap_err();
        assert!(matches!(error, GatewayError::Declined { .. }), "{amount}: {error}");
    }
    assert_eq!(setup.status(&order).await.take_backs, Some(vec![]));
}

#[tokio::test]
async fn a_refund_at_the_console_is_seen_too() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    setup.stripe.refund(&order.intent, Some(700)).await.unwrap();
    assert_eq!(only(&setup.status(&order).await).net(), usd("7"));
}

#[tokio::test]
async fn a_refund_that_fails_comes_back() {
    let setup = Setup::new().await;
    setup.stripe.set_refunds_start_pending(true).unwrap();
    let order = setup.paid_order().await;
    let refund = order.refund_of("10");
    let pending = setup.gateway.refund(refund.clone()).await.unwrap();
    assert_eq!(only(&pending).net(), usd("10"));

    let id = only(&pending).id.clone();
    setup.stripe.complete_refund(&id).await.unwrap();
    assert_eq!(setup.status(&order).await, pending);

    setup.stripe.fail_refund(&id).await.unwrap();
    let failed = setup.status(&order).await;
    assert_eq!((only(&failed).taken, only(&failed).returned), (usd("10"), usd("10")));
    // The same id is the same refund: it has failed, and is not tried anew.
    assert_eq!(setup.gateway.refund(refund).await.unwrap(), failed);
}

#[tokio::test]
async fn more_refunds_than_fit_on_a_page_are_all_counted() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    for _ in 0..130 {
        setup.stripe.refund(&order.intent, Some(1)).await.unwrap();
    }
    let snapshot = setup.status(&order).await;
    assert_eq!(snapshot.take_backs.as_ref().map(Vec::len), Some(130));
    assert_eq!(net(&snapshot), usd("1.30").micros());
}

#[tokio::test]
async fn a_dispute_takes_what_was_withdrawn_and_a_won_one_returns_it() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let terms = DisputeTerms::new().with_funds_staying();
    let dispute = setup.stripe.open_dispute(&order.intent, &terms).await.unwrap();
    let id = dispute["id"].as_str().unwrap();
    let opened = setup.status(&order).await;
    assert_eq!((only(&opened).kind, only(&opened).taken), (TakeBackKind::Dispute, usd("0")));

    setup.stripe.withdraw(id, None).await.unwrap();
    assert_eq!(only(&setup.status(&order).await).net(), usd("25"));

    setup.stripe.win_dispute(id).await.unwrap();
    let won = setup.status(&order).await;
    assert_eq!((only(&won).taken, only(&won).returned), (usd("25"), usd("25")));
}

#[tokio::test]
async fn a_lost_dispute_stays_taken() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let terms = DisputeTerms::new().with_amount(1_200);
    let dispute = setup.stripe.open_dispute(&order.intent, &terms).await.unwrap();
    setup.stripe.lose_dispute(dispute["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(only(&setup.status(&order).await).net(), usd("12"));
}

#[tokio::test]
async fn a_dispute_won_in_part_returns_a_part() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let dispute = setup.stripe.open_dispute(&order.intent, &DisputeTerms::new()).await.unwrap();
    setup.stripe.reinstate(dispute["id"].as_str().unwrap(), Some(1_000)).await.unwrap();
    let snapshot = setup.status(&order).await;
    assert_eq!((only(&snapshot).taken, only(&snapshot).returned), (usd("25"), usd("10")));
}

#[tokio::test]
async fn an_inquiry_takes_nothing() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let terms = DisputeTerms::new().with_inquiry();
    let inquiry = setup.stripe.open_dispute(&order.intent, &terms).await.unwrap();
    assert_eq!(net(&setup.status(&order).await), 0);
    setup.stripe.win_dispute(inquiry["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(net(&setup.status(&order).await), 0);
}

#[tokio::test]
async fn refunds_and_disputes_of_one_payment_are_told_together() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let mut refund = order.refund_of("5");
    refund.id = RefundId::new();
    setup.gateway.refund(refund).await.unwrap();
    let terms = DisputeTerms::new().with_amount(2_000);
    setup.stripe.open_dispute(&order.intent, &terms).await.unwrap();
    assert_eq!(net(&setup.status(&order).await), usd("25").micros());
}
