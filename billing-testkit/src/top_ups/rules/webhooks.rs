use std::sync::Arc;

use billing_core::{
    Applied, GatewayError, InboxQuery, MOST_REJECTED_AN_HOUR, PaymentId, PaymentRef, PaymentStatus,
    StoredWebhook, TopUpError, WebhookContent, WebhookId, WebhookState,
};
use bytes::Bytes;

use super::super::{
    Backend, Call, FakeGateway,
    backend::{paid, start, usd},
};

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
    assert!(backend.inbox().await.iter().all(|webhook| webhook.state == WebhookState::Rejected));
    let stored = backend.payment(id).await;
    assert_eq!((stored.status, backend.balance().await), (PaymentStatus::Pending, usd("0")));
}

impl Backend {
    /// All webhooks, newest first.
    async fn inbox(&self) -> Vec<StoredWebhook> {
        let query = InboxQuery::newest(InboxQuery::MAX_LIMIT);
        self.stores().inbox.list_webhooks(&query).await.unwrap()
    }

    async fn webhook(&self, id: WebhookId) -> StoredWebhook {
        self.stores().inbox.webhook(id).await.unwrap().unwrap()
    }
}

/// Should we die at it, nothing that the provider will never tell again is lost.
pub async fn a_webhook_is_stored_before_it_is_applied(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("10"));
    gateway.meanwhile(Call::Status, {
        let backend = backend.clone();
        async move {
            let stored = backend.inbox().await;
            assert_eq!((stored.len(), stored[0].state), (1, WebhookState::Received));
            let status = backend.payment(id).await.status;
            assert_eq!((backend.balance().await, status), (usd("0"), PaymentStatus::Pending));
        }
    });
    let received = top_ups.receive("fake", gateway.notice(&order)).await.unwrap();
    assert_eq!(gateway.calls(Call::Status), 1);
    let stored = backend.webhook(received.webhook).await;
    assert_eq!((stored.state, stored.next_try_at, stored.deliveries), (WebhookState::Applied, None, 1));
    assert_eq!((stored.event, stored.kind), (received.event, received.kind));
    assert_eq!(backend.balance().await, usd("10"));
}

/// The provider was answered already and tells it again: it gets the same answer, and nobody is asked anything.
pub async fn a_repeated_event_does_nothing_more(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let (_, order) = paid(&top_ups, &gateway, "10").await;
    gateway.refund_at_console(&order, "re_1", usd("3"));
    let (notice, nothing) = (gateway.notice(&order), gateway.tell(WebhookContent::Ignored));
    for (webhook, state) in [(notice, WebhookState::Applied), (nothing, WebhookState::Ignored)] {
        let first = top_ups.receive("fake", webhook.clone()).await.unwrap();
        assert_eq!(first.applied == Applied::Ignored, state == WebhookState::Ignored);
        let asked = gateway.calls(Call::Status);
        for deliveries in [2, 3] {
            let again = top_ups.receive("fake", webhook.clone()).await.unwrap();
            assert_eq!((again.webhook, &again.reply), (first.webhook, &first.reply));
            assert_eq!(again.applied, Applied::Repeated);
            let stored = backend.webhook(first.webhook).await;
            assert_eq!((stored.state, stored.deliveries), (state, deliveries));
        }
        assert_eq!(gateway.calls(Call::Status), asked);
    }
    assert_eq!(backend.balance().await, usd("7"));
}

/// It may be another shop's, or one of ours that got lost: an operator learns of it, once.
pub async fn an_unmatched_webhook_is_stored_and_told(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    gateway.open("foreign", PaymentRef::new(None, Some("foreign".to_owned())));
    let webhook = gateway.webhook("foreign");
    for deliveries in [1, 2] {
        let received = top_ups.receive("fake", webhook.clone()).await.unwrap();
        assert_eq!(received.applied, Applied::Unmatched);
        let stored = backend.webhook(received.webhook).await;
        assert_eq!((stored.state, stored.next_try_at), (WebhookState::Unmatched, None));
        assert_eq!(stored.deliveries, deliveries);
        assert!(backend.has_message(&format!("webhook/{}/unmatched", received.webhook)).await);
    }
}

/// It is authentic, so it is kept; somebody looks, and a version of ours that can read it applies it.
pub async fn an_unreadable_webhook_is_stored_and_told(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    let early = gateway.webhook_ahead_of_its_time();
    let mut binary = early.clone();
    binary.body = Bytes::from_static(b"\xff\x00\xfe");
    for request in [&early, &binary, &early, &binary] {
        let refused = top_ups.receive("fake", request.clone()).await.unwrap_err();
        assert!(matches!(refused, TopUpError::Unreadable(GatewayError::Protocol(_))), "{refused:?}");
        assert!(!refused.is_retryable());
    }
    let stored = backend.inbox().await;
    assert_eq!(stored.len(), 2);
    for webhook in &stored {
        assert_eq!((webhook.state, webhook.next_try_at), (WebhookState::Unreadable, None));
        assert_eq!(webhook.deliveries, 2);
        assert!(backend.has_message(&format!("webhook/{}/unmatched", webhook.id)).await);
    }
    assert!(top_ups.replay_webhook(stored[0].id).await.is_err());
    gateway.pay(&order, usd("10"));
    gateway.webhook(&order);
    assert!(matches!(top_ups.replay_webhook(stored[1].id).await.unwrap(), Applied::Payment(_)));
    assert_eq!(backend.webhook(stored[1].id).await.state, WebhookState::Applied);
    assert_eq!(backend.balance().await, usd("10"));
}

/// Who attacks leaves a trace that can be looked at, but fills no disk, and nobody makes us believe him later.
pub async fn a_rejected_webhook_is_kept_within_bounds_and_never_replayed(backend: Backend) {
    let gateway = Arc::new(FakeGateway::default());
    let top_ups = backend.top_ups(&gateway);
    let id = PaymentId::new();
    top_ups.start(start(id, "10")).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd("10"));
    let mut forged = gateway.webhook(&order);
    forged.headers.clear();
    let mut long = forged.clone();
    long.body = Bytes::from(vec![b'x'; 100_000]);
    for number in 0..MOST_REJECTED_AN_HOUR + 3 {
        let request = if number == 0 { &long } else { &forged };
        let refused = top_ups.receive("fake", request.clone()).await;
        let expected = matches!(refused, Err(TopUpError::Gateway(GatewayError::NotAuthentic { .. })));
        assert!(expected, "{refused:?}");
    }
    let stored = backend.inbox().await;
    assert_eq!(u32::try_from(stored.len()).unwrap(), MOST_REJECTED_AN_HOUR);
    assert_eq!(stored.last().unwrap().body.len(), 4_096);
    for webhook in [&stored[0], &stored[1]] {
        assert_eq!(webhook.state, WebhookState::Rejected);
        assert_eq!(webhook.detail.as_deref(), Some("it does not say so"));
        let refused = top_ups.replay_webhook(webhook.id).await;
        let expected = matches!(refused, Err(TopUpError::Gateway(GatewayError::NotAuthentic { .. })));
        assert!(expected, "{refused:?}");
    }
    assert_eq!(top_ups.retry_webhooks(10).await.unwrap(), 0);
    // The real one still gets through.
    top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    assert_eq!(backend.balance().await, usd("10"));
}
