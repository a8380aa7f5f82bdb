use std::sync::Arc;

use billing_core::{AccountChange, PaymentId, Review, TakeBack, TakeBackKind};

use super::super::{
    Backend, FakeGateway,
    backend::{account, paid, start, uah, usd},
};

/// Top up 100, spend 60, refund 30, lose 70 to a dispute, win it: 10 are left, however the news arrive.
pub async fn refunds_and_disputes_end_in_the_same_place_in_every_order(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let dispute = TakeBack::new("dp_1", TakeBackKind::Dispute, usd("70"));
    let mut change = AccountChange::default();
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
            backend.spend("60").await;
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

/// Every order of so many places.
pub(super) fn permutations(count: usize) -> Vec<Vec<usize>> {
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

/// What it is worth in the payment's currency nobody knows, so an operator has to look; the rest is booked.
pub async fn a_take_back_in_another_currency_is_not_booked(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (id, order) = paid(&top_ups, &gateway, "10").await;
    gateway.refund_at_console(&order, "re_1", uah("200"));
    let stored = top_ups.sync(id).await.unwrap();
    assert_eq!((stored.taken_back, stored.review), (usd("0"), Some(Review::TakenBackOtherCurrency)));
    assert_eq!(backend.balance().await, usd("10"));
    assert!(backend.has_told(id, "review/taken_back_other_currency").await);
    gateway.refund_at_console(&order, "re_2", usd("4"));
    let stored = top_ups.sync(id).await.unwrap();
    assert_eq!((stored.taken_back, stored.review), (usd("4"), Some(Review::TakenBackOtherCurrency)));
    assert_eq!(backend.balance().await, usd("6"));
}
