use std::sync::Arc;

use billing_core::{
    Account, AccountId, BillingEvent, Charge, Clock, Currency, ExchangeRates, HistoryQuery, ManualClock,
    Message, Money, Operation, Payment, PaymentId, Posting, PostingId, QuoteTerms, RefundId, StartTopUp,
    StoredRefund, Stores, SystemClock, TopUps,
};
use chrono::TimeDelta;

use super::{FakeGateway, faults};
use crate::rounds;

/// The stores that top-ups work on.
#[derive(Clone, Debug)]
pub struct Backend {
    stores: Stores,
    share: u32,
}

impl Backend {
    /// Empty stores. Their ledger runs on the machine's clock.
    pub fn new(stores: Stores) -> Self {
        Self { stores, share: 1 }
    }

    /// Runs only one in `share` of the random rounds: for stores that write to a disk.
    #[must_use]
    pub fn with_one_round_in(mut self, share: u32) -> Self {
        self.share = share.max(1);
        self
    }

    pub(super) fn rounds(&self, whole: u32) -> u32 {
        rounds(whole / self.share)
    }

    pub(super) fn top_ups(&self, gateway: &Arc<FakeGateway>) -> TopUps {
        self.top_ups_at(gateway, Arc::new(SystemClock))
    }

    /// Top-ups that take this for the time.
    pub(super) fn top_ups_at(&self, gateway: &Arc<FakeGateway>, clock: Arc<dyn Clock>) -> TopUps {
        TopUps::new(Currency::USD, self.stores.clone(), clock)
            .with_gateway(Arc::<FakeGateway>::clone(gateway))
    }

    /// Top-ups that take this for the time and for the rates.
    pub(super) fn exchanging(
        &self,
        gateway: &Arc<FakeGateway>,
        clock: &ManualClock,
        rates: Arc<dyn ExchangeRates>,
    ) -> TopUps {
        self.top_ups_at(gateway, Arc::new(clock.clone())).with_rates(rates, QuoteTerms::default())
    }

    pub(super) fn stores(&self) -> &Stores {
        &self.stores
    }

    pub(super) async fn payment(&self, id: PaymentId) -> Payment {
        self.stores.payments.get(id).await.unwrap().unwrap()
    }

    pub(super) async fn refund(&self, id: RefundId) -> StoredRefund {
        self.stores.refunds.refund(id).await.unwrap().unwrap()
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

    /// All postings of an account, newest first.
    pub(super) async fn postings(&self, account: &AccountId) -> Vec<Posting> {
        let mut query = HistoryQuery::new(account.clone()).with_limit(HistoryQuery::MAX_LIMIT);
        let mut postings = Vec::new();
        loop {
            let page = self.stores.ledger.history(query.clone()).await.unwrap();
            postings.extend(page.items);
            let Some(next) = page.next else { return postings };
            query = query.with_after(next);
        }
    }

    /// The account's owner spends that much.
    pub(super) async fn spend(&self, amount: &str) {
        let operation = Operation::new("search").unwrap();
        let charge = Charge::new(PostingId::new(), account(), usd(amount), operation);
        self.stores.ledger.charge(charge).await.unwrap();
    }

    /// Whether the outbox has a message of this outcome of a payment.
    pub(super) async fn has_told(&self, payment: PaymentId, outcome: &str) -> bool {
        self.has_message(&format!("payment/{payment}/{outcome}")).await
    }

    /// Whether the outbox has a message with this key: a second one is no news.
    pub(super) async fn has_message(&self, key: &str) -> bool {
        let (payment, nothing) = (PaymentId::new(), usd("0"));
        let event = BillingEvent::TakenBack { payment, total: nothing, cause: None, balance: nothing };
        !self.stores.outbox.enqueue(&Message::new(key, account(), event, SystemClock.now())).await.unwrap()
    }

    /// The same stores, of which the `fatal`th write from now on fails, before or after it was done.
    pub(super) fn failing_at(&self, fatal: u32, after: bool) -> Self {
        Self { stores: faults::failing_at(&self.stores, fatal, after), share: self.share }
    }
}

pub(super) fn account() -> AccountId {
    AccountId::new("acme").unwrap()
}

pub(super) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(super) fn uah(text: &str) -> Money {
    Money::parse(text, Currency::UAH).unwrap()
}

pub(super) fn start(id: PaymentId, amount: &str) -> StartTopUp {
    StartTopUp::new(id, account(), "fake", usd(amount))
}

/// A clock that stands still, about where the machine's is: ids that are made now are not ahead of it.
pub(super) fn still_clock() -> ManualClock {
    ManualClock::new(SystemClock.now() + TimeDelta::seconds(1))
}

/// A payment in dollars that was started, paid and credited; its id and its order.
pub(super) async fn paid(top_ups: &TopUps, gateway: &FakeGateway, amount: &str) -> (PaymentId, String) {
    let id = PaymentId::new();
    top_ups.start(start(id, amount)).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd(amount));
    top_ups.receive("fake", gateway.webhook(&order)).await.unwrap();
    (id, order)
}
