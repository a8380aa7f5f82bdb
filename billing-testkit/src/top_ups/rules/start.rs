use std::sync::Arc;

use billing_core::{
    Capabilities, Checkout, CheckoutKind, GatewayError, PaymentId, PaymentStatus, TopUpError,
};
use chrono::TimeDelta;

use super::super::{
    Backend, Call, FakeGateway,
    backend::{start, still_clock, usd},
};
use crate::at_once;

/// A double click on "pay" is one order, and the second answer needs no word of the provider.
pub async fn a_payment_started_twice_is_one_order(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    let first = top_ups.start(start(id, "10")).await.unwrap();
    let second = top_ups.start(start(id, "10")).await.unwrap();
    assert_eq!((&first.payment, &first.checkout), (&second.payment, &second.checkout));
    assert!(
        matches!(first.checkout, Checkout::Redirect { url, .. } if url.starts_with("https://pay.example/"))
    );
    assert_eq!((gateway.orders(), gateway.calls(Call::Create)), (1, 1));
    assert!(matches!(top_ups.start(start(id, "11")).await, Err(TopUpError::Store(_))));
}

/// What lets a payer pay is not kept here, so the provider is asked for it again: with the same id, for the same order.
pub async fn a_payment_in_elements_started_twice_is_one_order(backend: Backend) {
    let gateway = FakeGateway::new(Capabilities::new(CheckoutKind::Elements, usd("1"), usd("1000")));
    let gateway = Arc::new(gateway);
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    let first = top_ups.start(start(id, "10")).await.unwrap();
    let second = top_ups.start(start(id, "10")).await.unwrap();
    assert!(matches!(first.checkout, Checkout::ClientSecret { .. }));
    assert_eq!((first.payment, first.checkout), (second.payment, second.checkout));
    assert_eq!((gateway.orders(), gateway.calls(Call::Create)), (1, 2));
}

/// Two processes got the same click.
pub async fn a_payment_started_many_times_at_once_is_opened_by_one(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    let answers = at_once((0..20).map(|_| {
        let top_ups = top_ups.clone();
        async move { top_ups.start(start(id, "10")).await }
    }))
    .await;
    assert!(answers.iter().any(Result::is_ok));
    for refused in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, TopUpError::Starting { .. }), "{refused:?}");
    }
    assert_eq!((gateway.orders(), gateway.calls(Call::Create)), (1, 1));
}

/// Who comes meanwhile asks again in a moment; who began may have died, and is not waited for for ever.
pub async fn while_one_call_starts_a_payment_another_is_told_so(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let clock = still_clock();
    let top_ups = backend.top_ups_at(&gateway, Arc::new(clock.clone()));
    let id = PaymentId::new();
    let began = gateway.hang(Call::Create);
    let first = tokio::spawn({
        let top_ups = top_ups.clone();
        async move { top_ups.start(start(id, "10")).await }
    });
    began.await.unwrap();
    let refused = top_ups.start(start(id, "10")).await.unwrap_err();
    assert!(matches!(refused, TopUpError::Starting { id: told } if told == id), "{refused:?}");
    assert!(refused.is_retryable());
    first.abort();
    clock.advance(TimeDelta::seconds(40));
    top_ups.start(start(id, "10")).await.unwrap();
    assert_eq!((gateway.orders(), gateway.calls(Call::Create)), (1, 2));
}

/// The payer starts another payment; should this one be paid all the same, it is credited.
pub async fn an_order_whose_page_can_not_be_told_again_is_still_credited(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    let order = gateway.order_of(id);
    gateway.lose_next(Call::Create);
    assert!(top_ups.start(start(id, "10")).await.unwrap_err().is_retryable());
    gateway.answer_next(Call::Create, GatewayError::OrderExists { external_id: order.clone() });
    let refused = top_ups.start(start(id, "10")).await.unwrap_err();
    assert!(matches!(refused, TopUpError::Gateway(GatewayError::OrderExists { .. })), "{refused:?}");
    assert!(!refused.is_retryable());
    let stored = backend.payment(id).await;
    assert_eq!((stored.external_id.as_ref(), stored.status), (Some(&order), PaymentStatus::Pending));
    top_ups.start(start(PaymentId::new(), "10")).await.unwrap();
    gateway.pay(&order, usd("10"));
    top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    assert_eq!((gateway.orders(), backend.balance().await), (2, usd("10")));
}

/// The provider took the order, and its answer never came.
pub async fn a_payment_whose_answer_was_lost_is_found_by_our_id(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    gateway.lose_next(Call::Create);
    let lost = top_ups.start(start(id, "10")).await.unwrap_err();
    assert!(lost.is_retryable());
    assert_eq!(backend.payment(id).await.external_id, None);
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("10"));
    top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    let stored = backend.payment(id).await;
    assert_eq!((stored.external_id, stored.status), (Some(order), PaymentStatus::Succeeded));
    assert_eq!(backend.balance().await, usd("10"));
}

/// A refusal ends the payment; the reason is kept.
pub async fn a_refused_payment_has_failed(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    gateway.refuse_next(Call::Create, GatewayError::Declined { code: "blocked".to_owned(), message: None });
    let refused = top_ups.start(start(id, "10")).await.unwrap_err();
    assert!(!refused.is_retryable());
    let stored = backend.payment(id).await;
    assert_eq!((stored.status, stored.failure.unwrap().code), (PaymentStatus::Failed, "blocked".to_owned()));
}

/// Nothing is stored, and nobody is asked, for an amount out of range.
pub async fn an_amount_that_the_gateway_does_not_take_is_refused(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    for amount in ["0.999999", "1000.000001"] {
        let id = PaymentId::new();
        let refused = top_ups.start(start(id, amount)).await;
        assert!(matches!(refused, Err(TopUpError::AmountNotTaken { .. })), "{refused:?}");
        assert_eq!(backend.stores().payments.get(id).await.unwrap(), None);
    }
    assert_eq!(gateway.orders(), 0);
}
