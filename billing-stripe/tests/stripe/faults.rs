use std::{error::Error as _, io, time::Duration};

use billing_core::{GatewayError, PaymentGateway, PaymentStatus};
use billing_testkit::simulators::stripe::{ApiFault, Fault};
use tokio::task::JoinSet;

use crate::setup::{Setup, builder, order, usd};

/// Every way in which an answer gets lost once.
fn losses() -> Vec<ApiFault> {
    let faults = [Fault::Status(500), Fault::Status(429), Fault::Garbage, Fault::Close, Fault::Hang];
    let before = faults.clone().map(ApiFault::new);
    let after = faults.map(|fault| ApiFault::new(fault).with_effect());
    before.into_iter().chain(after).collect()
}

/// Checks each loss against a Stripe of its own, all at once.
async fn with_each_loss<F>(check: impl Fn(Setup, ApiFault) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut checks = JoinSet::new();
    for loss in losses() {
        let setup = Setup::with(|builder| builder.with_timeout(Duration::from_millis(1_500))).await;
        checks.spawn(check(setup, loss));
    }
    checks.join_all().await;
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_order() {
    with_each_loss(|setup, loss| async move {
        setup.stripe.fail(loss.clone());
        let order = order();
        let checkout = setup.gateway.create_payment(order.clone()).await;
        let checkout = checkout.unwrap_or_else(|error| panic!("{loss:?}: {error}"));
        assert_eq!(setup.gateway.create_payment(order).await.unwrap(), checkout, "{loss:?}");
        assert_eq!(setup.stripe.payment_intents().len(), 1, "{loss:?}");
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_refunds_once() {
    with_each_loss(|setup, loss| async move {
        let order = setup.paid_order().await;
        setup.stripe.fail(loss.clone().with_route("POST", "/v1/refunds"));
        let snapshot = setup.gateway.refund(order.refund_of("1")).await;
        let snapshot = snapshot.unwrap_or_else(|error| panic!("{loss:?}: {error}"));
        assert_eq!(snapshot.take_backs.map(|all| all.len()), Some(1), "{loss:?}");
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_cancels_all_the_same() {
    with_each_loss(|setup, loss| async move {
        let order = setup.order().await;
        setup.stripe.fail(loss.clone());
        let snapshot = setup.gateway.cancel(&order.reference).await;
        let snapshot = snapshot.unwrap_or_else(|error| panic!("{loss:?}: {error}"));
        assert_eq!(snapshot.status, PaymentStatus::Canceled, "{loss:?}");
    })
    .await;
}

#[tokio::test]
async fn a_question_that_fails_once_is_asked_again() {
    with_each_loss(|setup, loss| async move {
        let order = setup.paid_order().await;
        setup.stripe.fail(loss.clone().with_route("GET", "/v1/"));
        assert_eq!(setup.status(&order).await.paid, Some(usd("25")), "{loss:?}");
    })
    .await;
}

#[tokio::test]
async fn a_fault_that_stays_leaves_the_outcome_open_and_the_same_id_finds_it_later() {
    let setup = Setup::new().await;
    let order = order();
    setup.stripe.fail(ApiFault::new(Fault::Garbage).with_effect().with_times(3));
    let error = setup.gateway.create_payment(order.clone()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)), "{error}");
    assert!(error.is_retryable());
    setup.gateway.create_payment(order).await.unwrap();
    assert_eq!(setup.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn who_limits_us_for_long_is_told_as_such() {
    let setup = Setup::new().await;
    setup.stripe.fail(ApiFault::new(Fault::Status(429)).with_times(3));
    let error = setup.gateway.create_payment(order()).await.unwrap_err();
    assert!(matches!(error, GatewayError::RateLimited { .. }), "{error}");
}

#[tokio::test]
async fn an_operation_ends_in_time() {
    let setup = Setup::with(|builder| builder.with_timeout(Duration::from_millis(100))).await;
    setup.stripe.fail(ApiFault::new(Fault::Hang).with_times(9));
    let started = std::time::Instant::now();
    let error = setup.gateway.create_payment(order()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)), "{error}");
    assert!(started.elapsed() < Duration::from_secs(2));
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    let kinds: Vec<_> =
        causes.filter_map(|cause| cause.downcast_ref::<io::Error>().map(io::Error::kind)).collect();
    assert!(kinds.contains(&io::ErrorKind::TimedOut), "{error:?}");
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    let setup = Setup::new().await;
    for (status, expected) in [(400, "declined"), (403, "unauthorized")] {
        // A second attempt would find no fault and succeed.
        setup.stripe.fail(ApiFault::new(Fault::Status(status)));
        let error = setup.gateway.create_payment(order()).await.unwrap_err();
        let kind = match error {
            GatewayError::Declined { .. } => "declined",
            GatewayError::Unauthorized { .. } => "unauthorized",
            _ => "other",
        };
        assert_eq!(kind, expected);
    }
    assert!(setup.stripe.payment_intents().is_empty());
}

#[tokio::test]
async fn a_wrong_key_is_told_as_such() {
    let setup = Setup::new().await;
    let stranger = billing_stripe::StripeGateway::builder("sk_test_other", "whsec_other");
    let stranger = stranger.with_api_base(setup.stripe.base_url()).build().unwrap();
    let error = stranger.create_payment(order()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unauthorized { .. }), "{error}");
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let setup = Setup::new().await;
    let base = setup.stripe.base_url();
    setup.stripe.shutdown().await;
    let gateway = builder(&base).build().unwrap();
    let error = gateway.create_payment(order()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)), "{error}");
}
