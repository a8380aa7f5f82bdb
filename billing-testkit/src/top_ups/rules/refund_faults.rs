use std::sync::Arc;

use billing_core::{
    GatewayError, ManualClock, NewRefund, PaymentId, RefundId, RefundState, StartTopUp, TopUpError, TopUps,
};
use chrono::TimeDelta;

use super::super::{
    Backend, Call, FakeGateway, FakeRates,
    backend::{account, paid, still_clock, uah, usd},
};

struct Shop {
    gateway: Arc<FakeGateway>,
    clock: ManualClock,
    top_ups: TopUps,
}

impl Shop {
    fn new(backend: &Backend) -> Self {
        let (gateway, clock) = (Arc::new(FakeGateway::default()), still_clock());
        let top_ups = backend.top_ups_at(&gateway, Arc::new(clock.clone()));
        Self { gateway, clock, top_ups }
    }

    /// A payment of 10 dollars, paid and credited.
    async fn paid(&self) -> (PaymentId, String) {
        paid(&self.top_ups, &self.gateway, "10").await
    }

    /// Reconciles when everything that was put off is due again; tells how many refunds were gone on with.
    async fn reconciled_later(&self) -> u32 {
        self.clock.advance(TimeDelta::minutes(45));
        self.top_ups.reconcile(100).await.unwrap().refunds
    }
}

fn whole(payment: PaymentId) -> NewRefund {
    NewRefund::new(RefundId::new(), payment, "olena")
}

/// Nobody knows whether the provider has done it, so the same refund is asked for again, with the same id.
pub async fn a_refund_whose_answer_was_lost_is_done_once(backend: Backend) {
    let shop = Shop::new(&backend);
    for is_done in [true, false] {
        let (id, order) = shop.paid().await;
        let lost = || GatewayError::Unavailable("cut off".into());
        if is_done {
            shop.gateway.answer_next(Call::Refund, lost());
        } else {
            shop.gateway.refuse_next(Call::Refund, lost());
        }
        let request = whole(id);
        assert!(shop.top_ups.refund(request.clone()).await.unwrap_err().is_retryable());
        let asked = shop.gateway.calls(Call::Refund);
        let account = backend.account().await;
        assert_eq!((account.posted, account.held), (usd("10"), usd("10")));
        assert_eq!(backend.refund(request.id).await.state, RefundState::Requested);
        // The call may still be on its way: nobody asks again at once.
        assert_eq!(shop.top_ups.reconcile(100).await.unwrap().refunds, 0);
        assert_eq!(shop.reconciled_later().await, 1);
        assert_eq!(backend.refund(request.id).await.state, RefundState::Done);
        assert_eq!(shop.gateway.calls(Call::Refund), asked + 1);
        assert_eq!(shop.gateway.given_back(&order), usd("10").micros());
        assert_eq!((backend.balance().await, backend.account().await.held), (usd("0"), usd("0")));
        assert_eq!(shop.reconciled_later().await, 0);
    }
}

/// A webhook is quicker than reconciling, and ends the refund as well.
pub async fn a_refund_whose_answer_was_lost_is_concluded_by_a_webhook(backend: Backend) {
    let shop = Shop::new(&backend);
    let (id, order) = shop.paid().await;
    shop.gateway.lose_next(Call::Refund);
    let request = whole(id);
    shop.top_ups.refund(request.clone()).await.unwrap_err();
    shop.top_ups.receive("fake", shop.gateway.notice(&order)).await.unwrap();
    assert_eq!(backend.refund(request.id).await.state, RefundState::Done);
    assert_eq!((backend.balance().await, backend.account().await.held), (usd("0"), usd("0")));
    assert_eq!((shop.reconciled_later().await, shop.gateway.calls(Call::Refund)), (0, 1));
}

/// Taken on is not done: the money stays held until the provider shows it.
pub async fn a_refund_that_is_shown_later_stays_accepted(backend: Backend) {
    let shop = Shop::new(&backend);
    shop.gateway.show_refunds_later();
    let (id, order) = shop.paid().await;
    let request = whole(id);
    assert_eq!(shop.top_ups.refund(request.clone()).await.unwrap().state, RefundState::Accepted);
    for _ in 0..3 {
        assert_eq!(shop.reconciled_later().await, 1);
        let stored = shop.top_ups.refund(request.clone()).await.unwrap();
        assert_eq!(stored.state, RefundState::Accepted);
        let account = backend.account().await;
        assert_eq!((account.posted, account.held), (usd("10"), usd("10")));
    }
    assert_eq!(shop.gateway.calls(Call::Refund), 1);
    shop.gateway.show_refunds();
    shop.top_ups.receive("fake", shop.gateway.notice(&order)).await.unwrap();
    assert_eq!(backend.refund(request.id).await.state, RefundState::Done);
    assert_eq!((backend.balance().await, backend.account().await.held), (usd("0"), usd("0")));
    // And where no webhook comes, by reconciling.
    let (id, _) = shop.paid().await;
    let request = whole(id);
    shop.top_ups.refund(request.clone()).await.unwrap();
    shop.gateway.show_refunds();
    assert_eq!(shop.reconciled_later().await, 1);
    assert_eq!(backend.refund(request.id).await.state, RefundState::Done);
    assert_eq!(backend.balance().await, usd("0"));
}

/// A payment that nobody has spent of can be refunded to the last kopiika, in whatever parts: what is held for a part
/// is just what its reversal will take, though each is rounded.
pub async fn parts_of_an_exchanged_payment_add_up_to_the_whole(backend: Backend) {
    let gateway = Arc::new(FakeGateway::in_hryvnias());
    let clock = still_clock();
    let rates = Arc::new(FakeRates::new(Arc::new(clock.clone()), "41.485".parse().unwrap()));
    let top_ups = backend.exchanging(&gateway, &clock, rates);
    let halves = (1..=16).map(|units: u32| (format!("{}", 2 * units), vec![units.to_string(); 2]));
    let thirds = ["138.45", "138.46", "138.46"].map(str::to_owned).to_vec();
    let others = [
        ("0.03".to_owned(), vec!["0.01".to_owned(); 3]),
        ("7".to_owned(), vec!["1".to_owned(); 7]),
        ("415.37".to_owned(), thirds),
    ];
    for (amount, parts) in halves.chain(others) {
        let (amount, parts) = (amount.as_str(), parts.iter().map(String::as_str));
        let id = PaymentId::new();
        top_ups.start(StartTopUp::new(id, account(), "fake", uah(amount))).await.unwrap();
        let order = gateway.order_of(id);
        gateway.pay(&order, uah(amount));
        let credit = top_ups.sync(id).await.unwrap().credit;
        assert_eq!(backend.balance().await, credit);
        for part in parts {
            let held_before = backend.account().await.held;
            let request = whole(id).with_amount(uah(part));
            gateway.meanwhile(Call::Refund, {
                let backend = backend.clone();
                async move { assert!(backend.account().await.held.micros() > held_before.micros()) }
            });
            let refund = top_ups.refund(request).await.unwrap();
            assert_eq!(refund.state, RefundState::Done, "{part} of {amount}");
        }
        let audit = backend.stores().ledger.verify().await.unwrap();
        assert_eq!((backend.balance().await, audit.residue.picos()), (usd("0"), 0), "{amount}");
    }
}

/// What an operator's refund of a payment came to, after a fault at its `fatal`th write and reconciling.
async fn struck_refund(
    backend: &Backend,
    shop: &Shop,
    fatal: u32,
    after: bool,
) -> (Option<RefundState>, i64) {
    let (id, order) = shop.paid().await;
    let request = whole(id);
    let struck = backend.failing_at(fatal, after).top_ups_at(&shop.gateway, Arc::new(shop.clock.clone()));
    let answer = struck.refund(request.clone()).await;
    for _ in 0..2 {
        shop.reconciled_later().await;
    }
    let stored = backend.stores().refunds.refund(request.id).await.unwrap();
    let state = stored.map(|refund| refund.state);
    assert!(state.is_none_or(|state| !state.is_open()), "write {fatal}, {after}: {answer:?}, {state:?}");
    let account = backend.account().await;
    assert_eq!(account.held, usd("0"), "write {fatal}, {after}: {answer:?}, {state:?}");
    (state, shop.gateway.given_back(&order))
}

/// Whichever write fails, before or after it was done: either nothing was begun, or all is given back, once.
pub async fn a_fault_at_any_step_of_a_refund_is_healed_by_reconciling(backend: Backend) {
    let shop = Shop::new(&backend);
    let (mut begun, mut left) = (0, 0);
    for fatal in 0..14 {
        for after in [false, true] {
            let (state, given_back) = struck_refund(&backend, &shop, fatal, after).await;
            match state {
                Some(RefundState::Done) => begun += 1,
                None => left += 1,
                Some(other) => panic!("write {fatal}, {after}: {other}"),
            }
            assert_eq!(given_back, if state.is_some() { usd("10").micros() } else { 0 });
            assert_eq!(backend.balance().await.micros(), left * usd("10").micros());
        }
    }
    assert!(begun > left && left > 0, "{begun} were begun and {left} were not");
}

/// What the provider has declined is asked for once more only if its money is still held, whatever write fails
/// meanwhile.
pub async fn a_fault_while_a_refund_is_declined_asks_for_nothing_without_its_money(backend: Backend) {
    let shop = Shop::new(&backend);
    let mut declined = 0;
    for fatal in 0..10 {
        for after in [false, true] {
            let no = GatewayError::Declined { code: "no".to_owned(), message: None };
            shop.gateway.refuse_next(Call::Refund, no);
            for _ in 0..3 {
                let backend = backend.clone();
                shop.gateway.meanwhile(Call::Refund, async move {
                    assert_eq!(backend.account().await.held, usd("10"));
                });
            }
            let before = backend.balance().await.micros();
            let (state, given_back) = struck_refund(&backend, &shop, fatal, after).await;
            declined += u32::from(state == Some(RefundState::Declined));
            let left = backend.balance().await.micros() - before;
            assert_eq!(left, usd("10").micros() - given_back, "write {fatal}, {after}: {state:?}");
            assert_eq!(state == Some(RefundState::Done), given_back > 0, "write {fatal}, {after}: {state:?}");
            shop.gateway.forget_faults();
        }
    }
    assert!(declined > 8, "{declined} were declined");
}

/// Money that is spent is not given back, whatever write fails while that is found out.
pub async fn a_fault_while_a_refund_of_spent_money_is_refused_does_not_let_it_through(backend: Backend) {
    let shop = Shop::new(&backend);
    let (id, order) = shop.paid().await;
    backend.spend("10").await;
    for fatal in 0..8 {
        for after in [false, true] {
            let request = whole(id);
            let struck =
                backend.failing_at(fatal, after).top_ups_at(&shop.gateway, Arc::new(shop.clock.clone()));
            let answer = struck.refund(request.clone()).await;
            assert!(matches!(answer, Err(TopUpError::Ledger(_) | TopUpError::Store(_))), "{answer:?}");
            for _ in 0..2 {
                shop.reconciled_later().await;
            }
            let stored = backend.stores().refunds.refund(request.id).await.unwrap();
            let state = stored.map(|refund| refund.state);
            assert!(matches!(state, None | Some(RefundState::Declined)), "write {fatal}, {after}: {state:?}");
        }
    }
    assert_eq!((shop.gateway.calls(Call::Refund), shop.gateway.given_back(&order)), (0, 0));
    assert_eq!(backend.balance().await, usd("0"));
}
