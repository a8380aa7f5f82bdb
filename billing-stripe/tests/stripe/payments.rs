use billing_core::{
    Checkout, CheckoutKind, Failure, GatewayError, PaymentGateway, PaymentRef, PaymentStatus,
};
use billing_testkit::simulators::stripe::PayTerms;

use crate::setup::{Setup, order, usd};

#[tokio::test]
async fn it_says_what_it_can_do() {
    let setup = Setup::new().await;
    let capabilities = setup.gateway.capabilities();
    assert_eq!(setup.gateway.name(), "stripe");
    assert_eq!(capabilities.checkout, CheckoutKind::Elements);
    assert_eq!((capabilities.min, capabilities.max), (usd("0.50"), usd("999999.99")));
    assert!(capabilities.cancels && capabilities.refunds_partially && capabilities.sees_disputes);
    assert!(capabilities.issues_receipts);
}

#[tokio::test]
async fn an_order_is_opened_with_a_client_secret() {
    let setup = Setup::new().await;
    let checkout = setup.gateway.create_payment(order()).await.unwrap();
    let Checkout::ClientSecret { external_id, client_secret } = checkout else { panic!("{checkout:?}") };
    assert!(external_id.starts_with("pi_"));
    assert!(client_secret.starts_with(&external_id));
}

#[tokio::test]
async fn the_same_id_opens_the_same_order() {
    let setup = Setup::new().await;
    let order = order();
    let first = setup.gateway.create_payment(order.clone()).await.unwrap();
    for _ in 0..5 {
        assert_eq!(setup.gateway.create_payment(order.clone()).await.unwrap(), first);
    }
    assert_eq!(setup.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn the_same_id_with_another_amount_opens_nothing() {
    let setup = Setup::new().await;
    let mut order = order();
    setup.gateway.create_payment(order.clone()).await.unwrap();
    order.amount = usd("26");
    let error = setup.gateway.create_payment(order).await.unwrap_err();
    assert!(matches!(error, GatewayError::Protocol(_)), "{error}");
    assert_eq!(setup.stripe.payment_intents().len(), 1);
}

#[tokio::test]
async fn amounts_beyond_the_limits_or_below_a_cent_are_refused() {
    let setup = Setup::new().await;
    for amount in ["0.49", "1000000", "0.505", "0", "-5"] {
        let mut order = order();
        order.amount = usd(amount);
        let error = setup.gateway.create_payment(order).await.unwrap_err();
        assert!(matches!(error, GatewayError::Declined { .. }), "{amount}: {error}");
    }
    assert!(setup.stripe.payment_intents().is_empty());
}

#[tokio::test]
async fn a_payment_is_seen_in_all_its_states() {
    let setup = Setup::new().await;
    let order = setup.order().await;
    let pending = setup.status(&order).await;
    assert_eq!((pending.status, pending.paid, pending.failure), (PaymentStatus::Pending, None, None));
    assert_eq!((pending.payment, pending.take_backs), (order.reference.clone(), Some(vec![])));

    setup.stripe.process(&order.intent).await.unwrap();
    assert_eq!(setup.status(&order).await.status, PaymentStatus::Processing);

    setup.stripe.decline(&order.intent, "insufficient_funds").await.unwrap();
    let declined = setup.status(&order).await;
    assert_eq!(declined.status, PaymentStatus::Pending);
    let Some(Failure { code, message: Some(_), .. }) = declined.failure else { panic!("{declined:?}") };
    assert_eq!(code, "insufficient_funds");

    setup.stripe.pay(&order.intent, &PayTerms::new()).await.unwrap();
    let paid = setup.status(&order).await;
    assert_eq!((paid.status, paid.paid, paid.failure), (PaymentStatus::Succeeded, Some(usd("25")), None));
    assert_eq!(paid.take_backs, Some(vec![]));
}

#[tokio::test]
async fn what_was_paid_is_told_even_if_it_is_not_what_was_asked() {
    let setup = Setup::new().await;
    let order = setup.order().await;
    setup.stripe.pay(&order.intent, &PayTerms::new().with_amount_received(2_499)).await.unwrap();
    assert_eq!(setup.status(&order).await.paid, Some(usd("24.99")));
}

#[tokio::test]
async fn a_payment_is_canceled_as_often_as_one_likes() {
    let setup = Setup::new().await;
    let order = setup.order().await;
    for _ in 0..2 {
        let snapshot = setup.gateway.cancel(&order.reference).await.unwrap();
        assert_eq!(snapshot.status, PaymentStatus::Canceled);
    }
}

#[tokio::test]
async fn a_paid_payment_is_not_canceled() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let error = setup.gateway.cancel(&order.reference).await.unwrap_err();
    let GatewayError::Declined { code, .. } = error else { panic!("{error}") };
    assert_eq!(code, "payment_intent_unexpected_state");
}

#[tokio::test]
async fn an_unknown_payment_is_not_found() {
    let setup = Setup::new().await;
    let unknown = PaymentRef::new(None, Some("pi_unknown".to_owned()));
    let status = setup.gateway.payment_status(&unknown).await;
    assert!(matches!(status, Err(GatewayError::PaymentNotFound)));
    let canceled = setup.gateway.cancel(&unknown).await;
    assert!(matches!(canceled, Err(GatewayError::PaymentNotFound)));
}

#[tokio::test]
async fn a_paid_order_has_a_receipt_that_can_be_opened() {
    let setup = Setup::new().await;
    let order = setup.order().await;
    assert_eq!(setup.gateway.receipt(&order.reference).await.unwrap(), None);
    setup.stripe.decline(&order.intent, "card_declined").await.unwrap();
    assert_eq!(setup.gateway.receipt(&order.reference).await.unwrap(), None);
    setup.stripe.pay(&order.intent, &PayTerms::new()).await.unwrap();
    setup.gateway.refund(order.refund_of("10")).await.unwrap();

    let receipt = setup.gateway.receipt(&order.reference).await.unwrap().unwrap();
    let page = reqwest::get(receipt).await.unwrap().error_for_status().unwrap().text().await.unwrap();
    for shown in ["25.00 USD", "10.00 USD", "Поповнення"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let unknown = PaymentRef::new(None, Some("pi_unknown".to_owned()));
    let error = setup.gateway.receipt(&unknown).await.unwrap_err();
    assert!(matches!(error, GatewayError::PaymentNotFound), "{error}");
}
