use std::sync::Arc;

use billing_core::{
    Capabilities, CheckoutKind, Clock, GatewayError, ManualClock, PaymentId, PaymentStatus, Reconciled,
    StartTopUp, TopUpError, TopUps,
};
use chrono::TimeDelta;

use super::super::{
    Backend, Call, FakeGateway,
    backend::{account, paid, start, still_clock, usd},
};
use crate::at_once;

struct Shop {
    gateway: Arc<FakeGateway>,
    clock: ManualClock,
    top_ups: TopUps,
}

impl Shop {
    fn new(backend: &Backend) -> Self {
        Self::with(backend, FakeGateway::default())
    }

    fn with(backend: &Backend, gateway: FakeGateway) -> Self {
        let (gateway, clock) = (Arc::new(gateway), still_clock());
        let top_ups = backend.top_ups_at(&gateway, Arc::new(clock.clone()));
        Self { gateway, clock, top_ups }
    }

    /// A provider that closes unpaid orders.
    fn closing(backend: &Backend) -> Self {
        let capabilities = Capabilities::new(CheckoutKind::Hosted, usd("1"), usd("1000"));
        Self::with(backend, FakeGateway::new(capabilities.with_cancel()))
    }

    async fn started(&self) -> (PaymentId, String) {
        let id = PaymentId::new();
        self.top_ups.start(start(id, "10")).await.unwrap();
        (id, self.gateway.order_of(id))
    }

    async fn reconciled(&self) -> Reconciled {
        self.top_ups.reconcile(100).await.unwrap()
    }

    async fn reconciled_after(&self, pause: TimeDelta) -> Reconciled {
        self.clock.advance(pause);
        self.reconciled().await
    }
}

/// A webhook that never came is only a delay.
pub async fn an_open_payment_is_asked_about_until_it_ends(backend: Backend) {
    let shop = Shop::new(&backend);
    let (id, order) = shop.started().await;
    let just_before = TimeDelta::microseconds(1);
    for minutes in [2, 3, 5, 10, 40, 120, 360, 360] {
        let pause = TimeDelta::minutes(minutes);
        assert_eq!(shop.reconciled_after(pause - just_before).await.checked, 0, "before {pause}");
        let round = shop.reconciled_after(just_before).await;
        assert_eq!((round.checked, round.news.len(), round.failures.len()), (1, 0, 0), "after {pause}");
        assert_eq!(shop.reconciled().await.checked, 0);
    }
    shop.gateway.pay(&order, usd("10"));
    let mut round = shop.reconciled_after(TimeDelta::hours(6)).await;
    let news = round.news.remove(0);
    assert_eq!((news.before.status, news.after.status), (PaymentStatus::Pending, PaymentStatus::Succeeded));
    assert_eq!(backend.payment(id).await, news.after);
    assert_eq!(backend.balance().await, usd("10"));
    assert!(backend.has_told(id, "succeeded").await);
}

/// Refunds and disputes come late: for half a year somebody looks, however many webhooks are lost.
pub async fn a_take_back_of_which_no_webhook_came_heals(backend: Backend) {
    let shop = Shop::new(&backend);
    let (id, order) = paid(&shop.top_ups, &shop.gateway, "10").await;
    let paid_at = shop.clock.now();
    let days = [1, 3, 7, 30, 60, 120, 180].map(TimeDelta::days);
    for (number, after) in [TimeDelta::hours(1)].into_iter().chain(days).enumerate() {
        shop.gateway.refund_at_console(&order, &format!("re_{number}"), usd("1"));
        shop.clock.set(paid_at + after - TimeDelta::microseconds(1));
        assert_eq!(shop.reconciled().await.checked, 0, "before {after}");
        let round = shop.reconciled_after(TimeDelta::microseconds(1)).await;
        assert_eq!((round.checked, round.news.len()), (1, 1), "after {after}");
        let (before, taken) = (round.news[0].before.taken_back, round.news[0].after.taken_back);
        assert_eq!(taken.checked_sub(before), Some(usd("1")));
        assert_eq!(shop.reconciled().await.checked, 0);
    }
    assert_eq!(backend.balance().await, usd("2"));
    assert_eq!(backend.payment(id).await.next_check_at, None);
    assert_eq!(shop.reconciled_after(TimeDelta::days(1_000)).await.checked, 0);
}

/// The answer was lost, or the question: the same one is asked again, with the same id.
pub async fn an_order_nobody_has_heard_of_is_asked_for_again(backend: Backend) {
    let shop = Shop::new(&backend);
    let lost = || GatewayError::Unavailable("cut off".into());
    for heard in [true, false] {
        let id = PaymentId::new();
        if heard {
            shop.gateway.answer_next(Call::Create, lost());
        } else {
            shop.gateway.refuse_next(Call::Create, lost());
        }
        shop.top_ups.start(start(id, "10")).await.unwrap_err();
        let asked = shop.gateway.calls(Call::Create);
        let round = shop.reconciled_after(TimeDelta::minutes(2)).await;
        assert_eq!(round.news.len(), 1);
        assert_eq!(shop.gateway.calls(Call::Create), asked + 1);
        let stored = backend.payment(id).await;
        let order = shop.gateway.order_of(id);
        assert_eq!((stored.external_id, stored.status), (Some(order.clone()), PaymentStatus::Pending));
        shop.gateway.pay(&order, usd("10"));
        shop.top_ups.sync(id).await.unwrap();
    }
    assert_eq!((shop.gateway.orders(), backend.balance().await), (2, usd("20")));
}

/// Its provider refuses it, or has it and does not tell how to pay: both end the question.
pub async fn an_order_asked_for_again_may_be_refused_or_exist(backend: Backend) {
    let shop = Shop::new(&backend);
    let (refused, existing) = (PaymentId::new(), PaymentId::new());
    for (id, answer) in [
        (refused, GatewayError::Declined { code: "blocked".to_owned(), message: None }),
        (existing, GatewayError::OrderExists { external_id: shop.gateway.order_of(existing) }),
    ] {
        shop.gateway.lose_next(Call::Create);
        shop.top_ups.start(start(id, "10")).await.unwrap_err();
        shop.gateway.answer_next(Call::Create, answer);
        assert_eq!(shop.reconciled_after(TimeDelta::minutes(2)).await.failures.len(), 0);
    }
    assert_eq!(backend.payment(refused).await.status, PaymentStatus::Failed);
    let stored = backend.payment(existing).await;
    assert_eq!(stored.external_id, Some(shop.gateway.order_of(existing)));
    shop.gateway.pay(&shop.gateway.order_of(existing), usd("10"));
    shop.reconciled_after(TimeDelta::hours(1)).await;
    assert_eq!(backend.balance().await, usd("10"));
}

/// Providers forget our ids after a day: then the payment is closed, and credited all the same should it be paid.
pub async fn an_order_nobody_has_heard_of_for_a_day_is_closed(backend: Backend) {
    let shop = Shop::new(&backend);
    let id = PaymentId::new();
    shop.gateway.lose_next(Call::Create);
    shop.top_ups.start(start(id, "10")).await.unwrap_err();
    shop.gateway.set_down(true);
    let round = shop.reconciled_after(TimeDelta::hours(23) - TimeDelta::microseconds(1)).await;
    assert!(matches!(&round.failures[..], [(told, error)] if *told == id && error.is_retryable()));
    assert_eq!(backend.payment(id).await.status, PaymentStatus::Pending);
    let asked = shop.gateway.calls(Call::Create);
    let round = shop.reconciled_after(TimeDelta::minutes(5)).await;
    assert_eq!((round.news.len(), shop.gateway.calls(Call::Create)), (1, asked));
    assert_eq!(backend.payment(id).await.status, PaymentStatus::Expired);
    shop.gateway.set_down(false);
    let order = shop.gateway.order_of(id);
    shop.gateway.pay(&order, usd("10"));
    shop.top_ups.receive("fake", shop.gateway.webhook(&order)).await.unwrap();
    assert_eq!(backend.payment(id).await.status, PaymentStatus::Succeeded);
    assert_eq!(backend.balance().await, usd("10"));
}

/// Nobody is surprised by a page that was left open: what is not paid within a day is closed, where that can be done.
pub async fn an_order_that_is_not_paid_within_a_day_is_closed(backend: Backend) {
    for (shop, status) in
        [(Shop::closing(&backend), PaymentStatus::Canceled), (Shop::new(&backend), PaymentStatus::Pending)]
    {
        let (id, _) = shop.started().await;
        shop.reconciled_after(TimeDelta::hours(24) - TimeDelta::microseconds(1)).await;
        assert_eq!(backend.payment(id).await.status, PaymentStatus::Pending);
        shop.reconciled_after(TimeDelta::days(1)).await;
        assert_eq!(backend.payment(id).await.status, status);
        let closed = status == PaymentStatus::Canceled;
        assert_eq!(shop.gateway.calls(Call::Cancel), u32::from(closed));
        assert_eq!(backend.has_told(id, "failed/canceled").await, closed);
    }
}

/// The payer was quicker than we by a moment.
pub async fn a_payment_that_is_paid_while_it_is_closed_is_credited(backend: Backend) {
    let shop = Shop::closing(&backend);
    let (id, order) = shop.started().await;
    shop.gateway.meanwhile(Call::Cancel, {
        let gateway = Arc::clone(&shop.gateway);
        async move { gateway.pay(&order, usd("10")) }
    });
    let round = shop.reconciled_after(TimeDelta::hours(25)).await;
    assert_eq!((round.news.len(), round.failures.len()), (1, 0));
    assert_eq!(shop.gateway.calls(Call::Cancel), 1);
    assert_eq!(backend.payment(id).await.status, PaymentStatus::Succeeded);
    assert_eq!(backend.balance().await, usd("10"));
}

/// Who does not answer is left alone after three questions, and keeps nobody else waiting.
pub async fn a_provider_that_is_away_does_not_stop_the_others(backend: Backend) {
    let shop = Shop::new(&backend);
    let other = Arc::new(FakeGateway::default().named("other"));
    let top_ups = shop.top_ups.clone().with_gateway(Arc::<FakeGateway>::clone(&other));
    for _ in 0..5 {
        shop.started().await;
    }
    for _ in 0..2 {
        let id = PaymentId::new();
        top_ups.start(StartTopUp::new(id, account(), "other", usd("10"))).await.unwrap();
        other.pay(&other.order_of(id), usd("10"));
    }
    shop.gateway.set_down(true);
    shop.clock.advance(TimeDelta::minutes(2));
    let round = top_ups.reconcile(100).await.unwrap();
    assert_eq!((round.checked, round.news.len(), round.failures.len()), (5, 2, 3));
    assert!(round.failures.iter().all(|(_, error)| matches!(error, TopUpError::Gateway(_))));
    assert_eq!((shop.gateway.calls(Call::Status), backend.balance().await), (3, usd("20")));
    // All five are asked about again, for none was answered.
    assert_eq!(top_ups.reconcile(100).await.unwrap().checked, 0);
    shop.gateway.set_down(false);
    shop.clock.advance(TimeDelta::minutes(5));
    let round = top_ups.reconcile(100).await.unwrap();
    assert_eq!((round.checked, round.failures.len()), (5, 0));
}

/// Any number of processes reconcile at once: each payment is asked about by one.
pub async fn processes_share_the_payments_that_are_due(backend: Backend) {
    let shop = Shop::new(&backend);
    for _ in 0..12 {
        let (_, order) = shop.started().await;
        shop.gateway.pay(&order, usd("10"));
    }
    shop.clock.advance(TimeDelta::minutes(2));
    let rounds = at_once((0..4).map(|_| {
        let top_ups = shop.top_ups.clone();
        async move { top_ups.reconcile(100).await.unwrap() }
    }))
    .await;
    assert_eq!(rounds.iter().map(|round| round.checked).sum::<u32>(), 12);
    assert_eq!(rounds.iter().map(|round| round.news.len()).sum::<usize>(), 12);
    assert_eq!((shop.gateway.calls(Call::Status), backend.balance().await), (12, usd("120")));
}

/// An operator who suspects something has everything looked at, whether or not its time has come.
pub async fn everything_can_be_looked_at_at_once(backend: Backend) {
    let shop = Shop::new(&backend);
    let (_, old) = paid(&shop.top_ups, &shop.gateway, "10").await;
    let (_, old_and_open) = shop.started().await;
    shop.clock.advance(TimeDelta::days(10));
    let since = shop.clock.now();
    let (_, new) = paid(&shop.top_ups, &shop.gateway, "10").await;
    for order in [&old, &new] {
        shop.gateway.refund_at_console(order, "re_1", usd("1"));
    }
    shop.gateway.pay(&old_and_open, usd("10"));
    let round = shop.top_ups.reconcile_all(since).await.unwrap();
    assert_eq!((round.checked, round.news.len()), (2, 2));
    assert_eq!(backend.balance().await, usd("29"));
    let round = shop.top_ups.reconcile_all(since - TimeDelta::days(10)).await.unwrap();
    assert_eq!((round.checked, round.news.len()), (3, 1));
    assert_eq!(backend.balance().await, usd("28"));
}
