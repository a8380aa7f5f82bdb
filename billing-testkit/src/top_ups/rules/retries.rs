use std::sync::Arc;

use billing_core::{
    Applied, Clock, InboxQuery, ManualClock, PaymentId, StoredWebhook, TopUpError, TopUps, WebhookId,
    WebhookRequest, WebhookState,
};
use chrono::TimeDelta;

use super::super::{
    Backend, Call, FakeGateway,
    backend::{start, still_clock, usd},
};

/// A payment of 10 dollars that was paid, of which no webhook was delivered yet.
struct Paid {
    gateway: Arc<FakeGateway>,
    clock: ManualClock,
    top_ups: TopUps,
    order: String,
}

impl Paid {
    async fn new(backend: &Backend) -> Self {
        let (gateway, clock) = (Arc::new(FakeGateway::default()), still_clock());
        let top_ups = backend.top_ups_at(&gateway, Arc::new(clock.clone()));
        let id = PaymentId::new();
        top_ups.start(start(id, "10")).await.unwrap();
        let order = gateway.order_of(id);
        gateway.pay(&order, usd("10"));
        Self { gateway, clock, top_ups, order }
    }

    /// A webhook that comes now.
    fn notice(&self) -> WebhookRequest {
        let mut webhook = self.gateway.notice(&self.order);
        webhook.received_at = self.clock.now();
        webhook
    }

    async fn retried(&self) -> u32 {
        self.top_ups.retry_webhooks(10).await.unwrap()
    }
}

/// The one webhook that there is.
async fn only_webhook(backend: &Backend) -> StoredWebhook {
    let mut webhooks = backend.stores().inbox.list_webhooks(&InboxQuery::newest(2)).await.unwrap();
    assert_eq!(webhooks.len(), 1);
    webhooks.remove(0)
}

/// A fault of ours is a delay: the webhook is tried again by and by, less and less often.
pub async fn a_webhook_that_could_not_be_applied_is_applied_later(backend: Backend) {
    let paid = Paid::new(&backend).await;
    paid.gateway.set_down(true);
    assert!(paid.top_ups.receive("fake", paid.notice()).await.unwrap_err().is_retryable());
    for (attempts, pause_seconds) in [(1, 5), (2, 10), (3, 20)] {
        let stored = only_webhook(&backend).await;
        assert_eq!((stored.state, stored.attempts), (WebhookState::Received, attempts));
        assert_eq!(stored.next_try_at, Some(paid.clock.now() + TimeDelta::seconds(pause_seconds)));
        assert!(stored.detail.unwrap().contains("nobody answers"));
        paid.clock.advance(TimeDelta::seconds(pause_seconds) - TimeDelta::microseconds(1));
        assert_eq!(paid.retried().await, 0);
        assert_eq!(only_webhook(&backend).await.attempts, attempts);
        paid.clock.advance(TimeDelta::microseconds(1));
        paid.gateway.set_down(attempts < 3);
        assert_eq!(paid.retried().await, u32::from(attempts == 3));
    }
    assert_eq!(only_webhook(&backend).await.state, WebhookState::Applied);
    assert_eq!((backend.balance().await, paid.retried().await), (usd("10"), 0));
}

/// Who took the webhook died at it; two minutes later somebody else goes on.
pub async fn a_webhook_whose_taker_died_is_applied_by_another(backend: Backend) {
    let paid = Paid::new(&backend).await;
    let began = paid.gateway.hang(Call::Status);
    let taker = tokio::spawn({
        let (top_ups, notice) = (paid.top_ups.clone(), paid.notice());
        async move { top_ups.receive("fake", notice).await }
    });
    began.await.unwrap();
    taker.abort();
    assert_eq!(paid.retried().await, 0);
    paid.clock.advance(TimeDelta::minutes(2));
    assert_eq!(paid.retried().await, 1);
    assert_eq!(backend.balance().await, usd("10"));
}

/// During a repair nothing is applied and nothing lost; afterwards each is replayed, as if it came now.
pub async fn webhooks_may_be_only_stored_and_replayed_later(backend: Backend) {
    let paid = Paid::new(&backend).await;
    let repairing = paid.top_ups.clone().only_storing_webhooks();
    let notice = paid.notice();
    for _ in 0..2 {
        let received = repairing.receive("fake", notice.clone()).await.unwrap();
        assert_eq!(received.applied, Applied::Stored);
    }
    paid.clock.advance(TimeDelta::days(1));
    assert_eq!(paid.retried().await, 0);
    assert_eq!((backend.balance().await, paid.gateway.calls(Call::Status)), (usd("0"), 0));
    let stored = only_webhook(&backend).await;
    assert_eq!((stored.state, stored.deliveries), (WebhookState::Received, 2));
    for _ in 0..2 {
        let replayed = paid.top_ups.replay_webhook(stored.id).await.unwrap();
        assert!(matches!(replayed, Applied::Payment(_)), "{replayed:?}");
    }
    assert_eq!(only_webhook(&backend).await.state, WebhookState::Applied);
    assert_eq!(backend.balance().await, usd("10"));
    let unknown = paid.top_ups.replay_webhook(WebhookId::new()).await;
    assert!(matches!(unknown, Err(TopUpError::Store(_))), "{unknown:?}");
}
