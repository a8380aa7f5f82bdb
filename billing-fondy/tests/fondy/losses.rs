//! Calls that go wrong on their way, before Fondy does what they ask for or after.
use std::time::Duration;

use billing_core::{GatewayError, PaymentGateway, PaymentStatus};
use billing_fondy::FondyGateway;
use billing_testkit::simulators::fondy::{ApiFault, Fault, PayTerms, Quirks};
use tokio::task::JoinSet;

use crate::{
    setup::{builder, is_late, kind, new_order, reference, refusal, reversal},
    simulator::Shop,
};

/// What leaves the outcome open.
fn losses() -> Vec<Fault> {
    vec![
        Fault::Garbage,
        Fault::Close,
        Fault::Hang,
        Fault::Status(200),
        Fault::Status(403),
        Fault::Status(500),
        Fault::Status(503),
        Fault::api_error(1002),
        Fault::api_error(1066),
        Fault::api_error(1089),
    ]
}

/// Checks each loss against a Fondy of its own, all at once. The gateway gives up soon.
async fn with_each_loss<F>(check: impl Fn(Shop, FondyGateway, Fault) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut checks = JoinSet::new();
    for loss in losses() {
        let shop = Shop::open().await;
        let hasty = builder(&shop.fondy.api_url()).with_timeout(Duration::from_millis(1_500));
        checks.spawn(check(shop, hasty.build().unwrap(), loss));
    }
    checks.join_all().await;
}

fn leaves_open(error: &GatewayError, loss: &Fault) {
    assert_eq!(kind(error), "unavailable", "{loss:?}: {error}");
    assert!(error.is_retryable(), "{loss:?}");
    assert_eq!(is_late(error), *loss == Fault::Hang, "{loss:?}: {error:?}");
}

#[tokio::test]
async fn an_order_that_got_lost_is_opened_by_a_repeat() {
    with_each_loss(|shop, hasty, loss| async move {
        shop.fondy.fail(ApiFault::new(loss.clone()));
        let order = new_order();
        leaves_open(&hasty.create_payment(order.clone()).await.unwrap_err(), &loss);
        assert!(shop.fondy.orders().is_empty(), "{loss:?}");
        let order = shop.order_of(order).await;
        assert_eq!(shop.status(&order).await.status, PaymentStatus::Pending, "{loss:?}");
    })
    .await;
}

#[tokio::test]
async fn an_order_whose_answer_got_lost_exists_and_can_be_asked_for() {
    with_each_loss(|shop, hasty, loss| async move {
        shop.fondy.fail(ApiFault::new(loss.clone()).with_effect());
        let order = new_order();
        leaves_open(&hasty.create_payment(order.clone()).await.unwrap_err(), &loss);
        let error = shop.gateway.create_payment(order.clone()).await.unwrap_err();
        assert_eq!(kind(&error), "order exists", "{loss:?}: {error}");
        shop.fondy.pay(&order.id.to_string(), &PayTerms::new()).await.unwrap();
        let snapshot = shop.gateway.payment_status(&reference(order.id)).await.unwrap();
        assert_eq!(snapshot.paid, Some(order.amount), "{loss:?}");
        assert_eq!(shop.fondy.orders().len(), 1, "{loss:?}");
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_got_lost_or_whose_answer_did_is_made_once() {
    for has_effect in [false, true] {
        with_each_loss(move |shop, hasty, loss| async move {
            let order = shop.paid_order().await;
            let fault = ApiFault::new(loss.clone()).with_route("POST", "/api/reverse");
            shop.fondy.fail(if has_effect { fault.with_effect() } else { fault });
            let refund = order.refund_of(5_000, 0);
            leaves_open(&hasty.refund(refund.clone()).await.unwrap_err(), &loss);
            let taken = shop.status(&order).await.take_backs;
            assert_eq!(taken, Some(if has_effect { reversal(5_000) } else { vec![] }), "{loss:?}");
            let snapshot = shop.gateway.refund(refund).await.unwrap();
            assert_eq!(snapshot.take_backs, Some(reversal(5_000)), "{loss:?}");
        })
        .await;
    }
}

/// A fault of this kind that strikes twice is overcome, one that strikes three times is not.
async fn is_asked_three_times(fault: ApiFault) {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.fondy.fail(fault.clone().with_times(2));
    assert_eq!(shop.status(&order).await.paid, Some(order.request.amount), "{fault:?}");
    shop.fondy.fail(fault.clone().with_times(3));
    let error = shop.gateway.payment_status(&order.reference).await.unwrap_err();
    leaves_open(&error, &fault.fault);
    assert!(shop.fondy.faults().is_empty(), "{fault:?}");
}

#[tokio::test]
async fn a_question_that_got_lost_is_asked_again() {
    let mut checks = JoinSet::new();
    for loss in [Fault::Garbage, Fault::Close, Fault::Status(403), Fault::Status(500)] {
        checks.spawn(is_asked_three_times(ApiFault::new(loss.clone())));
        checks.spawn(is_asked_three_times(ApiFault::new(loss).with_effect()));
    }
    checks.join_all().await;
}

#[tokio::test]
async fn a_question_that_is_not_answered_says_nothing_about_the_payment() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    let hasty = builder(&shop.fondy.api_url()).with_timeout(Duration::from_millis(200)).build().unwrap();
    shop.fondy.fail(ApiFault::new(Fault::Hang));
    leaves_open(&hasty.payment_status(&order.reference).await.unwrap_err(), &Fault::Hang);
    for code in [1002, 1066, 1089] {
        shop.fondy.fail(ApiFault::new(Fault::api_error(code)));
        let error = shop.gateway.payment_status(&order.reference).await.unwrap_err();
        leaves_open(&error, &Fault::api_error(code));
    }
    // A page where an answer should be, from something that takes itself for Fondy.
    shop.fondy.fail(ApiFault::new(Fault::Status(200)));
    let error = shop.gateway.payment_status(&order.reference).await.unwrap_err();
    assert_eq!((kind(&error), error.is_retryable()), ("protocol", false), "{error}");
}

#[tokio::test]
async fn who_limits_us_is_told_as_such() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    for path in ["/api/checkout", "/api/status", "/api/reverse"] {
        shop.fondy.fail(ApiFault::new(Fault::Status(429)).with_route("POST", path));
    }
    let limited = [
        shop.gateway.create_payment(new_order()).await.unwrap_err(),
        shop.gateway.payment_status(&order.reference).await.unwrap_err(),
        shop.gateway.refund(order.refund_of(100, 0)).await.unwrap_err(),
    ];
    assert_eq!(limited.each_ref().map(kind), ["rate limited"; 3]);
    assert!(shop.fondy.faults().is_empty());
}

#[tokio::test]
async fn a_refusal_means_the_same_as_a_number_and_as_a_text() {
    for quirks in [Quirks::new(), Quirks::new().with_error_codes_as_text()] {
        let shop = Shop::with_quirks(quirks).await;
        let order = shop.paid_order().await;
        for (code, expected) in [
            (1002, ("unavailable", "")),
            (1006, ("unauthorized", "1006")),
            (1012, ("unauthorized", "1012")),
            (1014, ("unauthorized", "1014")),
            (1018, ("not found", "")),
            (1034, ("declined", "1034")),
            (1069, ("declined", "1069")),
            (1086, ("declined", "1086")),
        ] {
            let fault = || ApiFault::new(Fault::api_error(code)).with_route("POST", "/api/reverse");
            shop.fondy.fail(fault());
            let (kind, told) = refusal(shop.gateway.refund(order.refund_of(100, 0)).await);
            assert_eq!((kind, told.as_str()), expected, "{code}");
        }
        assert_eq!(shop.status(&order).await.take_backs, Some(vec![]));
    }
}

#[tokio::test]
async fn a_late_answer_is_as_good_as_any() {
    let shop = Shop::open().await;
    shop.fondy.fail(ApiFault::new(Fault::Delay(50)).with_times(4));
    let order = shop.order().await;
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    let snapshot = shop.gateway.refund(order.refund_of(100, 0)).await.unwrap();
    assert_eq!(snapshot.take_backs, Some(reversal(100)));
    assert!(shop.fondy.faults().is_empty());
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.fondy.shutdown().await;
    for error in [
        shop.gateway.create_payment(new_order()).await.unwrap_err(),
        shop.gateway.payment_status(&order.reference).await.unwrap_err(),
        shop.gateway.refund(order.refund_of(100, 0)).await.unwrap_err(),
    ] {
        assert_eq!(kind(&error), "unavailable", "{error}");
    }
}
