use std::sync::Arc;

use billing_core::{Capabilities, CheckoutKind, EnteredDispute, NewRefund, PaymentId, RefundId, TopUpError};

use super::{
    super::{
        Backend, FakeGateway,
        backend::{account, paid, start, uah, usd},
    },
    take_backs::permutations,
};

/// A provider that does not tell of disputes.
fn gateway() -> Arc<FakeGateway> {
    let capabilities = Capabilities::new(CheckoutKind::Hosted, usd("1"), usd("1000"));
    Arc::new(FakeGateway::new(capabilities.with_partial_refunds()))
}

fn lost(payment: PaymentId, reference: &str, taken: &str) -> EnteredDispute {
    EnteredDispute::new(payment, reference, usd(taken), "olena")
}

/// An operator enters how far it has gone, and nothing he enters twice or late counts twice or undoes what is newer.
pub async fn an_entered_dispute_ends_in_the_same_place_in_every_order(backend: Backend) {
    let gateway = gateway();
    let top_ups = backend.top_ups(&gateway);
    for (round, order_of_news) in permutations(3).into_iter().enumerate() {
        let (id, _) = paid(&top_ups, &gateway, "10").await;
        let before = backend.balance().await.micros();
        let news = [
            lost(id, "2026-17", "10"),
            lost(id, "2026-17", "10").with_returned(usd("4")),
            lost(id, "2026-17", "10").with_returned(usd("10")),
        ];
        for place in order_of_news.iter().chain(&order_of_news) {
            top_ups.enter_dispute(news[*place].clone()).await.unwrap();
        }
        let stored = top_ups.sync(id).await.unwrap();
        assert_eq!((stored.taken_back, stored.review), (usd("0"), None), "{order_of_news:?}");
        assert_eq!(backend.balance().await.micros(), before, "round {round}");
        let told = backend.stores().payments.take_backs(id).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].returned, told[0].actor.as_deref()), (usd("10"), Some("olena")));
    }
}

/// What was withdrawn is taken, into debt if it is spent; what came back is given back.
pub async fn an_entered_dispute_takes_and_gives_back(backend: Backend) {
    let gateway = gateway();
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    backend.spend("4").await;
    let stored = top_ups.enter_dispute(lost(id, "1", "10")).await.unwrap();
    assert_eq!((stored.taken_back, stored.revision), (usd("10"), 1));
    assert_eq!(backend.balance().await, usd("-4"));
    assert!(backend.has_told(id, "taken_back/1").await);
    let stored = top_ups.enter_dispute(lost(id, "1", "10").with_returned(usd("10"))).await.unwrap();
    assert_eq!((stored.taken_back, stored.revision), (usd("0"), 2));
    assert_eq!(backend.balance().await, usd("6"));
    // Another dispute of the same payment.
    top_ups.enter_dispute(lost(id, "2", "3")).await.unwrap();
    assert_eq!(backend.balance().await, usd("3"));
    // What the provider says of refunds does not know of it, and counts beside it.
    gateway.refund_at_console(&gateway.order_of(id), "re_1", usd("2"));
    assert_eq!(top_ups.sync(id).await.unwrap().taken_back, usd("5"));
    assert_eq!(backend.postings(&account()).await.len(), 6);
    assert_eq!(backend.balance().await, usd("1"));
}

/// Where the provider tells of disputes, a second telling would count twice; and some words make no sense.
pub async fn a_dispute_that_makes_no_sense_is_refused(backend: Backend) {
    let telling = Arc::new(FakeGateway::default());
    let told = PaymentId::new();
    let telling_top_ups = backend.top_ups(&telling);
    telling_top_ups.start(start(told, "10")).await.unwrap();
    telling.pay(&telling.order_of(told), usd("10"));
    telling_top_ups.sync(told).await.unwrap();
    let gateway = gateway();
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    let open = PaymentId::new();
    top_ups.start(start(open, "10")).await.unwrap();
    for (top_ups, dispute) in [
        (&telling_top_ups, lost(told, "1", "10")),
        (&top_ups, lost(open, "1", "10")),
        (&top_ups, lost(id, "1", "0")),
        (&top_ups, lost(id, "1", "-1")),
        (&top_ups, EnteredDispute::new(id, "1", uah("10"), "olena")),
        (&top_ups, lost(id, "1", "5").with_returned(usd("5.01"))),
        (&top_ups, lost(id, "1", "5").with_returned(usd("-1"))),
        (&top_ups, lost(id, "1", "5").with_returned(uah("0"))),
    ] {
        let refused = top_ups.enter_dispute(dispute.clone()).await;
        assert!(matches!(refused, Err(TopUpError::NotPossible { .. })), "{dispute:?}: {refused:?}");
    }
    let unknown = top_ups.enter_dispute(lost(PaymentId::new(), "1", "1")).await;
    assert!(matches!(unknown, Err(TopUpError::UnknownPayment { .. })), "{unknown:?}");
    assert_eq!(backend.balance().await, usd("20"));
}

/// Nobody loses more than he paid in; the rest is for an operator.
pub async fn an_entered_dispute_beyond_what_was_paid_takes_what_was_paid(backend: Backend) {
    let gateway = gateway();
    let top_ups = backend.top_ups(&gateway);
    let (id, _) = paid(&top_ups, &gateway, "10").await;
    let refund = NewRefund::new(RefundId::new(), id, "olena").with_amount(usd("3"));
    top_ups.refund(refund).await.unwrap();
    let stored = top_ups.enter_dispute(lost(id, "1", "10")).await.unwrap();
    assert_eq!((stored.taken_back, backend.balance().await), (usd("13"), usd("0")));
    assert!(backend.has_told(id, "review/taken_back_too_much").await);
    top_ups.enter_dispute(lost(id, "1", "10").with_returned(usd("10"))).await.unwrap();
    assert_eq!(backend.balance().await, usd("7"));
}
