use std::sync::Arc;

use billing_core::{
    Acceptance, Applied, Money, NewRefund, Payment, PaymentId, RefundId, Residue, Review, StartTopUp,
    TopUpError, TopUps,
};

use super::super::{
    Backend, FakeGateway, FakeRates,
    backend::{account, paid, start, still_clock, uah, usd},
};
use crate::at_once;

/// What was paid must be what was asked for; anything else is for an operator.
pub async fn another_amount_or_currency_is_not_credited(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    for paid in [usd("9.99"), usd("10.01"), uah("10")] {
        let id = PaymentId::new();
        top_ups.start(start(id, "10")).await.unwrap();
        let order = gateway.order_of(id);
        gateway.pay(&order, paid);
        top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
        let stored = backend.payment(id).await;
        assert_eq!((stored.review, stored.paid), (Some(Review::PaidMismatch), Some(paid)));
        assert_eq!(backend.balance().await, usd("0"));
        assert!(backend.has_told(id, "review/paid_mismatch").await);
    }
}

fn accept(id: PaymentId, paid: Money) -> Acceptance {
    Acceptance::new(id, paid, "olena")
}

/// A payment of 10 dollars of which something else was paid.
async fn mispaid(top_ups: &TopUps, gateway: &FakeGateway, paid: Money) -> Payment {
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    gateway.pay(&gateway.order_of(id), paid);
    top_ups.sync(id).await.unwrap()
}

fn assert_refused(answer: &Result<Payment, TopUpError>) {
    assert!(matches!(answer, Err(TopUpError::NotPossible { .. })), "{answer:?}");
}

/// The money may be somebody else's: nothing is credited before somebody has looked.
pub async fn a_payment_to_another_merchant_waits_for_an_operator(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("10"));
    gateway.change(&order, |snapshot| snapshot.other_merchant = true);
    top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    assert_eq!(backend.payment(id).await.review, Some(Review::OtherMerchant));
    assert_eq!(backend.balance().await, usd("0"));
    assert!(backend.has_told(id, "review/other_merchant").await);
    let accepted = top_ups.accept(accept(id, usd("10"))).await.unwrap();
    assert_eq!((accepted.review, accepted.accepted.unwrap().actor), (None, "olena".to_owned()));
    // The provider goes on naming the other merchant.
    assert_eq!(top_ups.sync(id).await.unwrap().review, None);
    assert_eq!(backend.balance().await, usd("10"));
}

/// Whoever accepts, however often and whatever webhooks come meanwhile: the share of the credit, once.
pub async fn an_accepted_payment_is_credited_its_share_once(backend: Backend) {
    let gateway = Arc::new(FakeGateway::in_hryvnias());
    let clock = still_clock();
    let rates = Arc::new(FakeRates::new(Arc::new(clock.clone()), "41.4851".parse().unwrap()));
    let top_ups = backend.exchanging(&gateway, &clock, rates);
    let id = PaymentId::new();
    let started = top_ups.start(StartTopUp::new(id, account(), "fake", uah("415.37"))).await.unwrap();
    let rate = started.payment.exchange.unwrap().rate;
    let order = gateway.order_of(id);
    gateway.pay(&order, uah("400.01"));
    top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    assert_eq!(backend.payment(id).await.review, Some(Review::PaidMismatch));
    at_once((0..20).map(|number| {
        let (top_ups, gateway, order) = (top_ups.clone(), Arc::clone(&gateway), order.clone());
        async move {
            if number % 2 == 0 {
                drop(top_ups.accept(accept(id, uah("400.01"))).await.unwrap());
            } else {
                drop(top_ups.receive("fake", gateway.webhook(&order)).await.unwrap());
            }
        }
    }))
    .await;
    let credit = Residue::credit(uah("400.01"), rate, usd("0").currency()).unwrap();
    let stored = top_ups.sync(id).await.unwrap();
    assert_eq!((stored.review, stored.credit), (None, credit));
    assert_eq!(backend.balance().await, credit);
    let audit = backend.stores().ledger.verify().await.unwrap();
    assert_eq!(Some(audit.residue), Residue::of(uah("400.01"), rate, credit));
    let received = top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    assert!(matches!(received.applied, Applied::Payment(payment) if payment.review.is_none()));
    // Taken back wholly, it leaves nothing.
    top_ups.refund(NewRefund::new(RefundId::new(), id, "olena")).await.unwrap();
    let audit = backend.stores().ledger.verify().await.unwrap();
    assert_eq!((backend.balance().await, audit.residue), (usd("0"), Residue::ZERO));
}

/// An operator's word is about what was paid, of a payment that waits for it.
pub async fn an_operator_can_only_accept_what_was_paid(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (credited, _) = paid(&top_ups, &gateway, "10").await;
    assert_refused(&top_ups.accept(accept(credited, usd("10"))).await);
    let open = PaymentId::new();
    top_ups.start(start(open, "10")).await.unwrap();
    assert_refused(&top_ups.accept(accept(open, usd("10"))).await);
    let unknown = top_ups.accept(accept(PaymentId::new(), usd("10"))).await;
    assert!(matches!(unknown, Err(TopUpError::UnknownPayment { .. })), "{unknown:?}");
    let underpaid = mispaid(&top_ups, &gateway, usd("9")).await.id;
    for amount in [usd("10"), usd("8.99"), uah("9")] {
        assert_refused(&top_ups.accept(accept(underpaid, amount)).await);
    }
    assert_eq!((backend.balance().await, backend.payment(underpaid).await.accepted), (usd("10"), None));
    top_ups.accept(accept(underpaid, usd("9"))).await.unwrap();
    assert_eq!(backend.balance().await, usd("19"));
    // Accepted once, a repeat credits nothing more, and no other amount replaces it.
    top_ups.accept(accept(underpaid, usd("9"))).await.unwrap();
    assert_refused(&top_ups.accept(accept(underpaid, usd("10"))).await);
    assert_eq!(backend.balance().await, usd("19"));
}

/// No rate was agreed on: an operator says what it is worth, and parts of it are worth nobody knows what.
pub async fn a_payment_in_another_currency_needs_a_named_credit(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = mispaid(&top_ups, &gateway, uah("415")).await.id;
    assert_refused(&top_ups.accept(accept(id, uah("415"))).await);
    for credit in [uah("10"), usd("0"), usd("-1")] {
        assert_refused(&top_ups.accept(accept(id, uah("415")).with_credit(credit)).await);
    }
    assert_eq!(backend.balance().await, usd("0"));
    let accepted = top_ups.accept(accept(id, uah("415")).with_credit(usd("9.5"))).await.unwrap();
    assert_eq!((accepted.review, accepted.credit), (None, usd("9.5")));
    assert_eq!(top_ups.sync(id).await.unwrap().review, None);
    assert_eq!(backend.balance().await, usd("9.5"));
    let refused = top_ups.refund(NewRefund::new(RefundId::new(), id, "olena")).await;
    assert!(matches!(refused, Err(TopUpError::NotPossible { .. })), "{refused:?}");
}
