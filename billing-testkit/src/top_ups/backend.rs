use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use billing_core::{
    Account, AccountId, BillingEvent, Clock, Currency, Ledger, Message, Money, Observation, Outbox, Payment,
    PaymentId, PaymentQuery, PaymentStore, StartTopUp, StoreError, SystemClock, TakeBack, TakenBack, TopUps,
};
use chrono::{DateTime, Utc};

use super::FakeGateway;

/// The stores that top-ups work on.
#[derive(Clone, Debug)]
pub struct Backend {
    /// Where money goes.
    pub ledger: Arc<dyn Ledger>,
    /// Where payments are kept.
    pub payments: Arc<dyn PaymentStore>,
    /// Where messages go.
    pub outbox: Arc<dyn Outbox>,
}

impl Backend {
    /// Three empty stores.
    pub fn new(ledger: Arc<dyn Ledger>, payments: Arc<dyn PaymentStore>, outbox: Arc<dyn Outbox>) -> Self {
        Self { ledger, payments, outbox }
    }

    pub(super) fn top_ups(&self, gateway: &Arc<FakeGateway>) -> TopUps {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (ledger, payments, outbox) =
            (Arc::clone(&self.ledger), Arc::clone(&self.payments), Arc::clone(&self.outbox));
        TopUps::new(Currency::USD, ledger, payments, outbox, clock)
            .with_gateway(Arc::<FakeGateway>::clone(gateway))
    }

    pub(super) async fn account(&self) -> Account {
        self.ledger.account(&account()).await.unwrap()
    }

    /// The settled balance, and the books balance.
    pub(super) async fn balance(&self) -> Money {
        let audit = self.ledger.verify().await.unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
        self.account().await.posted
    }

    /// Whether the outbox has a message of this outcome of a payment: a second one is no news.
    pub(super) async fn has_told(&self, payment: PaymentId, outcome: &str) -> bool {
        let nothing = usd("0");
        let event = BillingEvent::TakenBack { payment, total: nothing, balance: nothing };
        let key = format!("payment/{payment}/{outcome}");
        !self.outbox.enqueue(&Message::new(key, account(), event, SystemClock.now())).await.unwrap()
    }

    /// The same stores, of which the `fatal`th write from now on fails, before or after it was done.
    pub(super) fn failing_at(&self, fatal: u32, after: bool) -> Self {
        let fault = Arc::new(Fault { writes: AtomicU32::new(0), fatal, after });
        let payments = FaultyPayments { inner: Arc::clone(&self.payments), fault: Arc::clone(&fault) };
        let outbox = FaultyOutbox { inner: Arc::clone(&self.outbox), fault };
        Self::new(Arc::clone(&self.ledger), Arc::new(payments), Arc::new(outbox))
    }
}

pub(super) fn account() -> AccountId {
    AccountId::new("acme").unwrap()
}

pub(super) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(super) fn start(id: PaymentId, amount: &str) -> StartTopUp {
    StartTopUp::new(id, account(), "fake", usd(amount), "Top-up")
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
    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        self.fault.strike(self.inner.attach(id, external_id, now)).await
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
}
