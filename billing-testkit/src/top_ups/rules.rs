use std::sync::Arc;

use billing_core::{
    Applied, Charge, Currency, Failure, GatewayError, HistoryQuery, Money, Operation, PaymentId, PaymentRef,
    PaymentStatus, PostingId, Review, TakeBack, TakeBackKind, TopUpError,
};

use super::{
    Backend, FakeGateway,
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

/// A double click on "pay" is one order.
pub async fn a_payment_started_twice_is_one_order(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    let first = top_ups.start(start(id, "10")).await.unwrap();
    let second = top_ups.start(start(id, "10")).await.unwrap();
    assert_eq!((first.payment.id, first.checkout), (second.payment.id, second.checkout));
    assert_eq!(gateway.orders(), 1);
    assert!(matches!(top_ups.start(start(id, "11")).await, Err(TopUpError::Store(_))));
}

/// Anybody can send us something.
pub async fn a_webhook_that_is_not_authentic_changes_nothing(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("10"));
    let mut webhook = gateway.webhook(&order);
    webhook.headers.clear();
    let refused = top_ups.receive("fake", webhook.clone()).await;
    assert!(matches!(refused, Err(TopUpError::Gateway(GatewayError::NotAuthentic { .. }))));
    assert!(matches!(top_ups.receive("other", webhook).await, Err(TopUpError::UnknownGateway { .. })));
    let stored = backend.payment(id).await;
    assert_eq!((stored.status, backend.balance().await), (PaymentStatus::Pending, usd("0")));
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

/// What was paid must be what was asked for; anything else is for an operator.
pub async fn another_amount_or_currency_is_not_credited(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    for paid in [usd("9.99"), usd("10.01"), Money::parse("10", Currency::UAH).unwrap()] {
        let id = PaymentId::new();
        top_ups.start(start(id, "10")).await.unwrap();
        let order = gateway.order_of(id);
        gateway.pay(&order, paid);
        top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
        let stored = backend.payment(id).await;
        assert_eq!((stored.review, stored.paid), (Some(Review::PaidMismatch), Some(paid)));
        assert_eq!(backend.balance().await, usd("0"));
    }
}

/// The provider took the order, and its answer never came.
pub async fn a_payment_whose_answer_was_lost_is_found_by_our_id(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    gateway.fail_next(GatewayError::Unavailable("cut off".into()));
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

/// A refusal ends the payment; the reason is kept.
pub async fn a_refused_payment_has_failed(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    gateway.fail_next(GatewayError::Declined { code: "blocked".to_owned(), message: None });
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

/// Top up 100, spend 60, refund 30, lose 70 to a dispute, win it: 10 are left, however the news arrive.
pub async fn refunds_and_disputes_end_in_the_same_place_in_every_order(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let dispute = TakeBack::new("dp_1", TakeBackKind::Dispute, usd("70"));
    let mut change = billing_core::AccountChange::default();
    (change.daily_limit, change.monthly_limit) = (Some(usd("1000")), Some(usd("1000")));
    backend.stores().ledger.configure(&account(), change).await.unwrap();
    for (round, order_of_news) in permutations(4).into_iter().enumerate() {
        let id = PaymentId::new();
        top_ups.start(start(id, "100")).await.unwrap();
        let order = gateway.order_of(id);
        gateway.pay(&order, usd("100"));
        let mut news = vec![gateway.webhook(&order)];
        top_ups.receive("fake", news[0].clone()).await.unwrap();
        if round < 10 {
            spend("60", &backend).await;
        }
        gateway.take_back(&order, TakeBack::new("re_1", TakeBackKind::Refund, usd("30")));
        news.push(gateway.notice(&order));
        gateway.take_back(&order, dispute.clone());
        news.push(gateway.notice(&order));
        gateway.take_back(&order, dispute.clone().with_returned(usd("70")));
        news.push(gateway.notice(&order));
        for place in order_of_news.iter().chain(&order_of_news) {
            top_ups.receive("fake", news[*place].clone()).await.unwrap();
        }
        let stored = backend.payment(id).await;
        assert_eq!(stored.taken_back, usd("30"), "{order_of_news:?}");
    }
    // 24 rounds of 100 − 30, of which ten spent 60.
    assert_eq!(backend.balance().await, usd("1080"));
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |shorter: Vec<usize>| {
        (0..=shorter.len()).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            longer
        })
    };
    permutations(count - 1).into_iter().flat_map(insert).collect()
}

async fn spend(amount: &str, backend: &Backend) {
    let operation = Operation::new("search").unwrap();
    backend
        .stores()
        .ledger
        .charge(Charge::new(PostingId::new(), account(), usd(amount), operation))
        .await
        .unwrap();
}

/// A dispute for the whole after a partial refund takes the whole, and an operator learns of the rest.
pub async fn a_take_back_beyond_what_was_paid_takes_what_was_paid(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "100")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("100"));
    gateway.take_back(&order, TakeBack::new("re_1", TakeBackKind::Refund, usd("30")));
    gateway.take_back(&order, TakeBack::new("dp_1", TakeBackKind::Dispute, usd("100")));
    let stored = top_ups.sync(id).await.unwrap();
    assert_eq!((stored.taken_back, stored.review), (usd("130"), Some(Review::TakenBackTooMuch)));
    assert_eq!(backend.balance().await, usd("0"));
}

/// Nothing was given, so nothing is taken; the provider is answered all the same.
pub async fn a_take_back_of_a_payment_never_credited_is_only_recorded(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("9"));
    gateway.take_back(&order, TakeBack::new("re_1", TakeBackKind::Refund, usd("9")));
    top_ups.receive("fake", gateway.notice(&order)).await.unwrap();
    let stored = backend.payment(id).await;
    assert_eq!((stored.taken_back, stored.review), (usd("9"), Some(Review::PaidMismatch)));
    assert_eq!(backend.balance().await, usd("0"));
}

/// Whichever write fails, before or after it was done, the provider's next attempt ends it right.
pub async fn a_fault_at_any_step_is_healed_by_the_next_webhook(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let mut credited = 0;
    for fatal in 0..8 {
        for after in [false, true] {
            let id = PaymentId::new();
            backend.top_ups(&gateway).start(start(id, "10")).await.unwrap();
            let order = gateway.order_of(id);
            gateway.pay(&order, usd("10"));
            gateway.take_back(&order, TakeBack::new("re_1", TakeBackKind::Refund, usd("4")));
            let webhook = gateway.webhook(&order);
            let struck =
                backend.failing_at(fatal, after).top_ups(&gateway).receive("fake", webhook.clone()).await;
            assert_eq!(struck.is_err(), fatal < 6, "write {fatal}: {struck:?}");
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
    let query = HistoryQuery::new(account()).with_limit(HistoryQuery::MAX_LIMIT);
    assert_eq!(backend.stores().ledger.history(query).await.unwrap().items.len(), 32);
}
