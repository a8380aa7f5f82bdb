use std::sync::Arc;

use billing_core::{
    AccountChange, Capabilities, CheckoutKind, GatewayError, LedgerError, NewRefund, PaymentId, RefundId,
    RefundState, StoreError, TakeBack, TakeBackKind, TopUpError,
};

use super::super::{
    Backend, Call, FakeGateway,
    backend::{account, paid, start, uah, usd},
};
use crate::at_once;

fn whole(payment: PaymentId) -> NewRefund {
    NewRefund::new(RefundId::new(), payment, "olena")
}

fn part(payment: PaymentId, amount: &str) -> NewRefund {
    whole(payment).with_amount(usd(amount))
}

/// What is on its way back is not spent meanwhile.
pub async fn the_money_of_a_refund_is_held_before_the_provider_is_asked(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, order) = paid(&top_ups, &gateway, "10").await;
    let request = part(id, "7");
    gateway.meanwhile(Call::Refund, {
        let (backend, refund) = (backend.clone(), request.id);
        async move {
            let account = backend.account().await;
            assert_eq!((account.posted, account.held), (usd("10"), usd("7")));
            let stored = backend.refund(refund).await;
            assert_eq!((stored.state, stored.actor), (RefundState::Requested, "olena".to_owned()));
            assert_eq!((stored.amount, stored.taken_before), (usd("7"), usd("0")));
        }
    });
    let refund = top_ups.refund(request).await.unwrap();
    assert_eq!((gateway.calls(Call::Refund), refund.state), (1, RefundState::Done));
    let account = backend.account().await;
    assert_eq!((account.posted, account.held, account.day.used), (usd("3"), usd("0"), usd("0")));
    assert_eq!(gateway.given_back(&order), usd("7").micros());
    assert!(backend.has_told(id, "taken_back/1").await);
}

/// A repeat goes on with the same refund: one that is done is done.
pub async fn a_refund_asked_for_again_gives_back_once(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, order) = paid(&top_ups, &gateway, "10").await;
    let request = whole(id);
    let first = top_ups.refund(request.clone()).await.unwrap();
    assert_eq!((first.state, first.amount), (RefundState::Done, usd("10")));
    at_once((0..10).map(|_| {
        let (top_ups, request, first) = (top_ups.clone(), request.clone(), first.clone());
        async move { assert_eq!(top_ups.refund(request).await.unwrap(), first) }
    }))
    .await;
    assert_eq!((gateway.calls(Call::Refund), gateway.given_back(&order)), (1, usd("10").micros()));
    assert_eq!(backend.balance().await, usd("0"));
}

/// An id names one refund: something else under it is a mistake, and nobody is asked for it.
pub async fn a_refund_id_with_other_content_is_refused(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (first, _) = paid(&top_ups, &gateway, "10").await;
    let (second, _) = paid(&top_ups, &gateway, "10").await;
    let request = part(first, "4");
    top_ups.refund(request.clone()).await.unwrap();
    let mut of_another_payment = request.clone();
    of_another_payment.payment = second;
    let of_another_amount = request.clone().with_amount(usd("5"));
    for other in [of_another_payment, of_another_amount, request.clone().allowing_debt()] {
        let refused = top_ups.refund(other).await.unwrap_err();
        let told =
            matches!(&refused, TopUpError::Store(StoreError::RefundIdReused { id }) if *id == request.id);
        assert!(told, "{refused:?}");
    }
    assert_eq!((gateway.calls(Call::Refund), backend.balance().await), (1, usd("16")));
}

/// The owner has had his calls for it: the provider does not even hear of it, unless an operator means it.
pub async fn a_refund_of_spent_money_is_refused_unless_debt_is_allowed(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, order) = paid(&top_ups, &gateway, "10").await;
    backend.spend("4").await;
    let request = whole(id);
    let refused = top_ups.refund(request.clone()).await.unwrap_err();
    let told = matches!(&refused, TopUpError::Ledger(LedgerError::InsufficientFunds { available, .. })
        if *available == usd("6"));
    assert!(told, "{refused:?}");
    let stored = backend.refund(request.id).await;
    assert_eq!((stored.state, stored.failure.as_deref()), (RefundState::Declined, Some("money_is_spent")));
    assert!(backend.has_message(&format!("refund/{}/declined", request.id)).await);
    assert_eq!((gateway.calls(Call::Refund), backend.account().await.available()), (0, usd("6")));
    // It has ended: not even new money begins it again.
    paid(&top_ups, &gateway, "10").await;
    assert_eq!(top_ups.refund(request).await.unwrap().state, RefundState::Declined);
    assert_eq!(gateway.calls(Call::Refund), 0);
    backend.spend("6").await;
    let refund = top_ups.refund(whole(id).allowing_debt()).await.unwrap();
    assert_eq!((refund.state, gateway.given_back(&order)), (RefundState::Done, usd("10").micros()));
    assert_eq!(backend.balance().await, usd("0"));
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    backend.stores().ledger.configure(&account(), without_limits()).await.unwrap();
    backend.spend("10").await;
    top_ups.refund(part(id, "4").allowing_debt()).await.unwrap();
    assert_eq!((backend.balance().await, backend.account().await.held), (usd("-4"), usd("0")));
}

fn without_limits() -> AccountChange {
    let mut change = AccountChange::default();
    (change.daily_limit, change.monthly_limit) = (Some(usd("1000")), Some(usd("1000")));
    change
}

/// What the provider does not do is told, and the money is the owner's again.
pub async fn a_declined_refund_frees_the_money_and_is_told(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    for (error, failure) in [
        (GatewayError::Declined { code: "too_late".to_owned(), message: None }, "too_late"),
        (GatewayError::Unsupported { operation: "refunds" }, "unsupported"),
    ] {
        gateway.refuse_next(Call::Refund, error);
        let request = whole(id);
        let refused = top_ups.refund(request.clone()).await.unwrap_err();
        assert!(matches!(refused, TopUpError::Gateway(_)) && !refused.is_retryable(), "{refused:?}");
        let stored = backend.refund(request.id).await;
        assert_eq!((stored.state, stored.failure.as_deref()), (RefundState::Declined, Some(failure)));
        assert_eq!(backend.account().await.available(), usd("10"));
        assert!(backend.has_message(&format!("refund/{}/declined", request.id)).await);
    }
    assert_eq!(top_ups.refund(whole(id)).await.unwrap().state, RefundState::Done);
    assert_eq!(backend.balance().await, usd("0"));
}

/// What was given back at the provider's console is gone, whether or not anybody told us.
pub async fn refunds_at_the_console_in_between_count(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, order) = paid(&top_ups, &gateway, "10").await;
    gateway.refund_at_console(&order, "re_1", usd("3"));
    let refused = top_ups.refund(part(id, "7.01")).await;
    assert!(matches!(refused, Err(TopUpError::NotPossible { .. })), "{refused:?}");
    assert_eq!(top_ups.refund(part(id, "2")).await.unwrap().taken_before, usd("3"));
    gateway.refund_at_console(&order, "re_2", usd("1"));
    let refund = top_ups.refund(whole(id)).await.unwrap();
    assert_eq!((refund.amount, refund.taken_before), (usd("4"), usd("6")));
    assert_eq!((refund.state, gateway.given_back(&order)), (RefundState::Done, usd("10").micros()));
    assert_eq!((backend.balance().await, backend.account().await.held), (usd("0"), usd("0")));
}

/// Where a provider knows no ids of refunds, nobody could tell two of them apart.
pub async fn a_second_refund_waits_for_the_end_of_the_first(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    gateway.refuse_next(Call::Refund, GatewayError::RateLimited { retry_after: None });
    let first = part(id, "4");
    assert!(top_ups.refund(first.clone()).await.unwrap_err().is_retryable());
    let refused = top_ups.refund(part(id, "4")).await.unwrap_err();
    let told =
        matches!(&refused, TopUpError::Store(StoreError::RefundOpen { refund, .. }) if *refund == first.id);
    assert!(told, "{refused:?}");
    assert_eq!((gateway.calls(Call::Refund), backend.account().await.held), (1, usd("4")));
    // Nobody asks again while the first call may still be heard; an operator who knows better ends it.
    assert_eq!(top_ups.refund(first.clone()).await.unwrap().state, RefundState::Requested);
    assert_eq!(gateway.calls(Call::Refund), 1);
    assert_eq!(top_ups.give_up_refund(first.id, "olena").await.unwrap().state, RefundState::Declined);
    assert_eq!(backend.account().await.held, usd("0"));
    assert_eq!(top_ups.refund(part(id, "4")).await.unwrap().state, RefundState::Done);
    assert_eq!(backend.balance().await, usd("6"));
}

/// Only of a credited payment, only what is left of it, and only what its provider can do.
pub async fn what_can_not_be_refunded_is_refused(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    top_ups.refund(part(id, "4")).await.unwrap();
    let (open, mispaid) = (PaymentId::new(), PaymentId::new());
    for id in [open, mispaid] {
        top_ups.start(start(id, "10")).await.unwrap();
    }
    gateway.pay(&gateway.order_of(mispaid), usd("9"));
    for request in [
        part(id, "6.01"),
        part(id, "0"),
        part(id, "-1"),
        part(id, "0.001"),
        whole(id).with_amount(uah("1")),
        whole(open),
        whole(mispaid),
    ] {
        let refused = top_ups.refund(request.clone()).await;
        assert!(matches!(refused, Err(TopUpError::NotPossible { .. })), "{request:?}: {refused:?}");
        assert_eq!(backend.stores().refunds.refund(request.id).await.unwrap(), None);
    }
    let unknown = top_ups.refund(whole(PaymentId::new())).await;
    assert!(matches!(unknown, Err(TopUpError::UnknownPayment { .. })), "{unknown:?}");
    top_ups.refund(part(id, "6")).await.unwrap();
    let nothing_left = top_ups.refund(whole(id)).await;
    assert!(matches!(nothing_left, Err(TopUpError::NotPossible { .. })), "{nothing_left:?}");
    assert_eq!((gateway.calls(Call::Refund), backend.balance().await), (2, usd("0")));
}

/// Half of a payment can't be given back where only the whole can.
pub async fn a_provider_that_refunds_no_parts_is_asked_for_none(backend: Backend) {
    let capabilities = Capabilities::new(CheckoutKind::Hosted, usd("1"), usd("1000"));
    let gateway = Arc::new(FakeGateway::new(capabilities));
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    let refused = top_ups.refund(part(id, "5")).await;
    assert!(matches!(refused, Err(TopUpError::NotPossible { .. })), "{refused:?}");
    assert_eq!(gateway.calls(Call::Refund), 0);
    top_ups.refund(part(id, "10")).await.unwrap();
    assert_eq!(backend.balance().await, usd("0"));
}

/// A refund that failed after it was shown gives the money back, and can be made anew.
pub async fn a_refund_that_came_back_can_be_made_again(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, order) = paid(&top_ups, &gateway, "10").await;
    let first = top_ups.refund(whole(id)).await.unwrap();
    let failed = TakeBack::new(first.id.to_string(), TakeBackKind::Refund, usd("10"));
    gateway.take_back(&order, failed.with_returned(usd("10")));
    assert_eq!(top_ups.sync(id).await.unwrap().taken_back, usd("0"));
    assert_eq!(backend.balance().await, usd("10"));
    gateway.meanwhile(Call::Refund, {
        let backend = backend.clone();
        async move { assert_eq!(backend.account().await.held, usd("10")) }
    });
    let second = top_ups.refund(whole(id)).await.unwrap();
    assert_eq!((second.state, second.taken_before), (RefundState::Done, usd("10")));
    assert_eq!((gateway.calls(Call::Refund), gateway.given_back(&order)), (2, usd("10").micros()));
    assert_eq!((backend.balance().await, backend.account().await.held), (usd("0"), usd("0")));
}
