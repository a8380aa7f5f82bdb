//! Stores of which one write fails.
use std::sync::Arc;

use async_trait::async_trait;
use billing_core::{
    Accepted, Inbox, InboxQuery, Message, Money, Observation, Opening, Outbox, Payment, PaymentId,
    PaymentQuery, PaymentStore, RefundId, RefundState, RefundStore, StoreError, StoredRefund, StoredWebhook,
    Stores, TakeBack, TakenBack, WebhookId, WebhookState,
};
use chrono::{DateTime, Utc};

use super::{fault::Fault, faulty_ledger::FaultyLedger};

/// The same stores, of which the `fatal`th write from now on fails, before or after it was done. Quotes are spared.
pub(super) fn failing_at(stores: &Stores, fatal: u32, after: bool) -> Stores {
    let fault = Arc::new(Fault::new(fatal, after));
    let mut failing = stores.clone();
    let inner = Arc::clone(&stores.ledger);
    failing.ledger = Arc::new(FaultyLedger { inner, fault: Arc::clone(&fault) });
    let inner = Arc::clone(&stores.payments);
    failing.payments = Arc::new(FaultyPayments { inner, fault: Arc::clone(&fault) });
    let inner = Arc::clone(&stores.refunds);
    failing.refunds = Arc::new(FaultyRefunds { inner, fault: Arc::clone(&fault) });
    let inner = Arc::clone(&stores.inbox);
    failing.inbox = Arc::new(FaultyInbox { inner, fault: Arc::clone(&fault) });
    let inner = Arc::clone(&stores.outbox);
    failing.outbox = Arc::new(FaultyOutbox { inner, fault });
    failing
}

#[derive(Debug)]
struct FaultyOutbox {
    inner: Arc<dyn Outbox>,
    fault: Arc<Fault>,
}

#[async_trait]
impl Outbox for FaultyOutbox {
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError> {
        self.fault.strike(self.inner.enqueue(message)).await
    }
}

#[derive(Debug)]
struct FaultyPayments {
    inner: Arc<dyn PaymentStore>,
    fault: Arc<Fault>,
}

#[async_trait]
impl PaymentStore for FaultyPayments {
    async fn insert(&self, payment: &Payment) -> Result<Payment, StoreError> {
        self.fault.strike(self.inner.insert(payment)).await
    }
    async fn get(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        self.inner.get(id).await
    }
    async fn find(&self, gateway: &str, external_id: &str) -> Result<Option<Payment>, StoreError> {
        self.inner.find(gateway, external_id).await
    }
    async fn begin_opening(
        &self,
        id: PaymentId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Opening, StoreError> {
        self.fault.strike(self.inner.begin_opening(id, now, until)).await
    }
    async fn end_opening(&self, id: PaymentId) -> Result<(), StoreError> {
        self.fault.strike(self.inner.end_opening(id)).await
    }
    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        checkout_url: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        self.fault.strike(self.inner.attach(id, external_id, checkout_url, now)).await
    }
    async fn accept(
        &self,
        id: PaymentId,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        self.fault.strike(self.inner.accept(id, accepted, credit, keeps_rate, now)).await
    }
    async fn take_backs(&self, id: PaymentId) -> Result<Vec<TakeBack>, StoreError> {
        self.inner.take_backs(id).await
    }
    async fn take_back(
        &self,
        id: PaymentId,
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        self.fault.strike(self.inner.take_back(id, take_backs, now)).await
    }
    async fn record(
        &self,
        id: PaymentId,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        self.fault.strike(self.inner.record(id, observation, now)).await
    }
    async fn list(&self, query: &PaymentQuery) -> Result<Vec<Payment>, StoreError> {
        self.inner.list(query).await
    }
    async fn due_checks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        self.fault.strike(self.inner.due_checks(now, until, limit)).await
    }
    async fn checked(&self, seen: &Payment, next_check_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.fault.strike(self.inner.checked(seen, next_check_at)).await
    }
}

#[derive(Debug)]
struct FaultyRefunds {
    inner: Arc<dyn RefundStore>,
    fault: Arc<Fault>,
}

#[async_trait]
impl RefundStore for FaultyRefunds {
    async fn insert_refund(&self, refund: &StoredRefund) -> Result<StoredRefund, StoreError> {
        self.fault.strike(self.inner.insert_refund(refund)).await
    }
    async fn refund(&self, id: RefundId) -> Result<Option<StoredRefund>, StoreError> {
        self.inner.refund(id).await
    }
    async fn open_refund(&self, payment: PaymentId) -> Result<Option<StoredRefund>, StoreError> {
        self.inner.open_refund(payment).await
    }
    async fn move_refund(
        &self,
        id: RefundId,
        state: RefundState,
        failure: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<StoredRefund, StoreError> {
        self.fault.strike(self.inner.move_refund(id, state, failure, now)).await
    }
    async fn claim_refund(&self, seen: &StoredRefund, until: DateTime<Utc>) -> Result<bool, StoreError> {
        self.fault.strike(self.inner.claim_refund(seen, until)).await
    }
    async fn due_refunds(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredRefund>, StoreError> {
        self.fault.strike(self.inner.due_refunds(now, until, limit)).await
    }
}

#[derive(Debug)]
struct FaultyInbox {
    inner: Arc<dyn Inbox>,
    fault: Arc<Fault>,
}

#[async_trait]
impl Inbox for FaultyInbox {
    async fn store_webhook(&self, webhook: &StoredWebhook) -> Result<StoredWebhook, StoreError> {
        self.fault.strike(self.inner.store_webhook(webhook)).await
    }
    async fn store_rejected(&self, webhook: &StoredWebhook) -> Result<bool, StoreError> {
        self.fault.strike(self.inner.store_rejected(webhook)).await
    }
    async fn settle_webhook(
        &self,
        id: WebhookId,
        state: WebhookState,
        detail: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.fault.strike(self.inner.settle_webhook(id, state, detail, now)).await
    }
    async fn put_off_webhook(
        &self,
        id: WebhookId,
        detail: &str,
        next_try_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.fault.strike(self.inner.put_off_webhook(id, detail, next_try_at, now)).await
    }
    async fn due_webhooks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        self.fault.strike(self.inner.due_webhooks(now, until, limit)).await
    }
    async fn webhook(&self, id: WebhookId) -> Result<Option<StoredWebhook>, StoreError> {
        self.inner.webhook(id).await
    }
    async fn list_webhooks(&self, query: &InboxQuery) -> Result<Vec<StoredWebhook>, StoreError> {
        self.inner.list_webhooks(query).await
    }
    async fn forget_webhooks(
        &self,
        state: Option<WebhookState>,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u32, StoreError> {
        self.fault.strike(self.inner.forget_webhooks(state, before, limit)).await
    }
}
