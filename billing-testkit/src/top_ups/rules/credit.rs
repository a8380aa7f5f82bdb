use std::sync::Arc;

use billing_core::{
    Applied, Failure, GatewayError, PaymentGateway as _, PaymentId, PaymentRef, PaymentStatus, TakeBack,
    TakeBackKind, TopUpError,
};

use super::super::{
    Backend, Call, FakeGateway,
    backend::{account, start, usd},
};

/// A payment credits once, ever: by webhooks at once, by a question in between, by webhooks again.
pub async fn a_paid_payment_is_credited_once_however_often_it_is_told(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    let started = top_ups.start(start(id, "10")).await.unwrap();
    assert_eq!(started.payment.status, PaymentStatus::Pending);
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("10"));
    let webhook = gateway.webhook(&order);
    let tasks: Vec<_> = (0..50)
        .map(|index| {
            let (top_ups, webhook) = (top_ups.clone(), webhook.clone());
            tokio::spawn(async move {
                if index % 10 == 0 {
                    drop(top_ups.sync(id).await.unwrap());
                } else {
                    drop(top_ups.receive("fake", webhook).await.unwrap());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let received = top_ups.receive("fake", webhook).await.unwrap();
    assert_eq!(received.applied, Applied::Repeated);
    assert_eq!(backend.payment(id).await.status, PaymentStatus::Succeeded);
    assert_eq!(backend.balance().await, usd("10"));
}

/// The provider's account may serve others beside us.
pub async fn an_order_that_was_not_started_here_is_left_alone(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    for id in [None, Some(PaymentId::new())] {
        gateway.open("foreign", PaymentRef::new(id, Some("foreign".to_owned())));
        gateway.pay("foreign", usd("10"));
        for webhook in [gateway.webhook("foreign"), gateway.notice("foreign")] {
            let received = top_ups.receive("fake", webhook).await.unwrap();
            assert_eq!(received.applied, Applied::Unmatched);
        }
    }
    assert_eq!(backend.balance().await, usd("0"));
}

/// Our id inside somebody's order is not enough.
pub async fn an_order_can_not_pay_for_another_payment(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    gateway.open("second", PaymentRef::new(Some(id), Some("second".to_owned())));
    gateway.pay("second", usd("10"));
    let received = top_ups.receive("fake", gateway.webhook("second")).await.unwrap();
    assert_eq!(received.applied, Applied::Unmatched);
    assert_eq!(backend.balance().await, usd("0"));
}

/// Events come in no particular order.
pub async fn an_old_event_does_not_undo_a_success(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.change(&order, |snapshot| snapshot.failure = Some(Failure::new("card_declined", None)));
    let declined = gateway.webhook(&order);
    gateway.change(&order, |snapshot| snapshot.status = PaymentStatus::Processing);
    let processing = gateway.webhook(&order);
    gateway.change(&order, |snapshot| snapshot.failure = None);
    gateway.pay(&order, usd("10"));
    let paid = gateway.webhook(&order);
    for webhook in [paid.clone(), processing, declined, paid] {
        top_ups.receive("fake", webhook).await.unwrap();
    }
    let stored = backend.payment(id).await;
    assert_eq!(stored.status, PaymentStatus::Succeeded);
    assert_eq!(backend.balance().await, usd("10"));
}

/// Success always wins, whatever we thought before.
pub async fn a_canceled_payment_that_was_paid_after_all_is_credited(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.change(&order, |snapshot| snapshot.status = PaymentStatus::Canceled);
    assert_eq!(top_ups.sync(id).await.unwrap().status, PaymentStatus::Canceled);
    gateway.pay(&order, usd("10"));
    assert_eq!(top_ups.sync(id).await.unwrap().status, PaymentStatus::Succeeded);
    assert_eq!(backend.balance().await, usd("10"));
}

/// Whichever write fails, before or after it was done, the provider's next attempt ends it right.
pub async fn a_fault_at_any_step_is_healed_by_the_next_webhook(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let mut credited = 0;
    for fatal in 0..10 {
        for after in [false, true] {
            let id = PaymentId::new();
            backend.top_ups(&gateway).start(start(id, "10")).await.unwrap();
            let order = gateway.order_of(id);
            gateway.pay(&order, usd("10"));
            gateway.take_back(&order, TakeBack::new("re_1", TakeBackKind::Refund, usd("4")));
            let webhook = gateway.webhook(&order);
            let struck =
                backend.failing_at(fatal, after).top_ups(&gateway).receive("fake", webhook.clone()).await;
            assert_eq!(struck.is_err(), fatal < 8, "write {fatal}: {struck:?}");
            backend.top_ups(&gateway).receive("fake", webhook).await.unwrap();
            credited += 1;
            let stored = backend.payment(id).await;
            assert_eq!((stored.status, stored.taken_back), (PaymentStatus::Succeeded, usd("4")));
            assert_eq!(backend.balance().await.micros(), credited * usd("6").micros(), "write {fatal}");
            for outcome in ["succeeded", "taken_back/1"] {
                assert!(backend.has_told(id, outcome).await, "write {fatal}: {outcome} was not told");
            }
        }
    }
    assert_eq!(backend.postings(&account()).await.len(), 40);
}

/// Nobody is asked for the receipt of a payment that is not paid, nor a provider that has none.
pub async fn a_receipt_is_asked_for_only_when_there_is_one(backend: Backend) {
    let with_receipts = FakeGateway::default().capabilities().with_receipts();
    for (capabilities, is_told) in [(with_receipts, true), (FakeGateway::default().capabilities(), false)] {
        let gateway = Arc::new(FakeGateway::new(capabilities));
        let top_ups = backend.top_ups(&gateway);
        let id = PaymentId::new();
        let started = top_ups.start(start(id, "10")).await.unwrap();
        assert!(!top_ups.has_receipt(&started.payment));
        assert_eq!(top_ups.receipt(id).await.unwrap(), None);

        let order = gateway.order_of(id);
        gateway.pay(&order, usd("10"));
        let paid = top_ups.sync(id).await.unwrap();
        assert_eq!(top_ups.has_receipt(&paid), is_told);
        let receipt = top_ups.receipt(id).await.unwrap();
        assert_eq!(receipt, is_told.then(|| format!("https://pay.example/receipts/{order}")));
        assert_eq!(gateway.calls(Call::Receipt), u32::from(is_told));

        gateway.refuse_next(Call::Receipt, GatewayError::PaymentNotFound);
        gateway.refuse_next(Call::Receipt, GatewayError::Unavailable("nobody answers".into()));
        assert_eq!(top_ups.receipt(id).await.unwrap(), None);
        assert_eq!(top_ups.receipt(id).await.is_err(), is_told);
    }
    let unknown = backend.top_ups(&Arc::new(FakeGateway::default())).receipt(PaymentId::new()).await;
    assert!(matches!(unknown, Err(TopUpError::UnknownPayment { .. })));
}
