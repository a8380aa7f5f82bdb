use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use billing_core::{
    Accepted, Account, AccountId, BillingEvent, Clock, Currency, Inbox, InboxQuery, Message, Money,
    Observation, Opening, Outbox, Payment, PaymentId, PaymentQuery, PaymentStore, StartTopUp, StoreError,
    StoredWebhook, Stores, SystemClock, TakeBack, TakenBack, TopUps, WebhookId, WebhookState,
};
use chrono::{DateTime, Utc};

use super::FakeGateway;

/// The stores that top-ups work on.
#[derive(Clone, Debug)]
pub struct Backend {
    stores: Stores,
}

impl Backend {
    /// Empty stores. Their ledger runs on the machine's clock.
    pub fn new(stores: Stores) -> Self {
        Self { stores }
    }

    pub(super) fn top_ups(&self, gateway: &Arc<FakeGateway>) -> TopUps {
        self.top_ups_at(gateway, Arc::new(SystemClock))
    }

    /// Top-ups that take this for the time.
    pub(super) fn top_ups_at(&self, gateway: &Arc<FakeGateway>, clock: Arc<dyn Clock>) -> TopUps {
        TopUps::new(Currency::USD, self.stores.clone(), clock)
            .with_gateway(Arc::<FakeGateway>::clone(gateway))
    }

    pub(super) fn stores(&self) -> &Stores {
        &self.stores
    }

    pub(super) async fn payment(&self, id: PaymentId) -> Payment {
        self.stores.payments.get(id).await.unwrap().unwrap()
    }

    pub(super) async fn account(&self) -> Account {
        self.stores.ledger.account(&account()).await.unwrap()
    }

    /// The settled balance, and the books balance.
    pub(super) async fn balance(&self) -> Money {
        let audit = self.stores.ledger.verify().await.unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
        self.account().await.posted
    }

    /// Whether the outbox has a message of this outcome of a payment: a second one is no news.
    pub(super) async fn has_told(&self, payment: PaymentId, outcome: &str) -> bool {
        let nothing = usd("0");
        let event = BillingEvent::TakenBack { payment, total: nothing, balance: nothing };
        let key = format!("payment/{payment}/{outcome}");
        !self.stores.outbox.enqueue(&Message::new(key, account(), event, SystemClock.now())).await.unwrap()
    }

    /// The same stores, of which the `fatal`th write from now on fails, before or after it was done.
    pub(super) fn failing_at(&self, fatal: u32, after: bool) -> Self {
        let fault = Arc::new(Fault { writes: AtomicU32::new(0), fatal, after });
        let mut stores = self.stores.clone();
        let inner = Arc::clone(&stores.payments);
        stores.payments = Arc::new(FaultyPayments { inner, fault: Arc::clone(&fault) });
        let inner = Arc::clone(&stores.inbox);
        stores.inbox = Arc::new(FaultyInbox { inner, fault: Arc::clone(&fault) });
        let inner = Arc::clone(&stores.outbox);
        stores.outbox = Arc::new(FaultyOutbox { inner, fault });
        Self::new(stores)
    }
}

pub(super) fn account() -> AccountId {
    AccountId::new("acme").unwrap()
}

pub(super) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(super) fn start(id: PaymentId, amount: &str) -> StartTopUp {
    StartTopUp::new(id, account(), "fake", usd(amount))
}

/// Fails one write of several stores.
#[derive(Debug)]
struct Fault {
    writes: AtomicU32,
    fatal: u32,
    after: bool,
}

impl Fault {
    async fn strike<T>(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let fatal = self.writes.fetch_add(1, Ordering::SeqCst) == self.fatal;
        let away = || Err(StoreError::Unavailable("struck by the test".into()));
        if fatal && !self.after {
            return away();
        }
        let answer = write.await;
        if fatal { away() } else { answer }
    }
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
