//! A ledger that tells owners of the limits that refused them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use async_trait::async_trait;
use billing_core::{
    AccountChange, AccountId, AlertingLedger, Authorize, BillingEvent, Charge, Currency, HoldId, Ledger,
    LedgerError, LedgerSettings, ManualClock, MemoryLedger, MemoryOutbox, Message, Money, Operation, Outbox,
    Period, PostingId, StoreError, TopUp,
};
use chrono::TimeDelta;

/// An outbox that is away for the first so many messages, and counts how often it was asked.
#[derive(Debug, Default)]
struct FlakyOutbox {
    inner: MemoryOutbox,
    away_for: u32,
    asked: AtomicU32,
}

#[async_trait]
impl Outbox for FlakyOutbox {
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError> {
        if self.asked.fetch_add(1, SeqCst) < self.away_for {
            return Err(StoreError::Unavailable("struck by the test".into()));
        }
        self.inner.enqueue(message).await
    }
}

/// Two servers on one database: limits of 10 dollars a day and 100 a month, and plenty of money.
struct Subject {
    replicas: [AlertingLedger; 2],
    outbox: Arc<FlakyOutbox>,
    clock: ManualClock,
}

fn usd(units: i64) -> Money {
    Money::from_micros(units * 1_000_000, Currency::USD)
}

fn acme() -> AccountId {
    AccountId::new("acme").unwrap()
}

fn search() -> Operation {
    Operation::new("search").unwrap()
}

impl Subject {
    async fn open(away_for: u32) -> Self {
        let clock = ManualClock::new("2036-11-01T10:00:00Z".parse().unwrap());
        let ledger =
            MemoryLedger::new(LedgerSettings::new(Currency::USD)).with_clock(Arc::new(clock.clone()));
        ledger.top_up(TopUp::new(PostingId::new(), acme(), usd(1_000), "stripe")).await.unwrap();
        let ledger: Arc<dyn Ledger> = Arc::new(ledger);
        let outbox = Arc::new(FlakyOutbox { away_for, ..FlakyOutbox::default() });
        let replica = || {
            let outbox = Arc::<FlakyOutbox>::clone(&outbox);
            AlertingLedger::new(Arc::clone(&ledger), outbox, Arc::new(clock.clone()))
        };
        Self { replicas: [replica(), replica()], outbox: Arc::clone(&outbox), clock }
    }

    async fn charge(&self, units: i64) -> Result<(), LedgerError> {
        let request = Charge::new(PostingId::new(), acme(), usd(units), search());
        self.replicas[0].charge(request).await.map(drop)
    }

    /// Both servers refuse a charge and a hold, again and again.
    async fn refused(&self, units: i64) {
        for replica in self.replicas.iter().cycle().take(6) {
            let charge = Charge::new(PostingId::new(), acme(), usd(units), search());
            assert!(replica.charge(charge).await.unwrap_err().is_refusal());
            let hold = Authorize::new(HoldId::new(), acme(), usd(units), search());
            assert!(replica.authorize(hold).await.unwrap_err().is_refusal());
        }
    }

    /// Which limits were told, in the order of their windows' ends.
    fn told(&self) -> Vec<(Period, Money, Money)> {
        let mut messages = self.outbox.inner.messages();
        messages.sort_by_key(|message| message.created_at);
        let told = messages.into_iter().map(|message| match message.event {
            BillingEvent::LimitReached { period, limit, used, resets_at } => {
                assert_eq!(message.account, Some(acme()));
                assert_eq!(message.key, format!("limit_reached/acme/{period}/{}", resets_at.timestamp()));
                (period, limit, used)
            }
            event => panic!("{event:?}"),
        });
        told.collect()
    }
}

#[tokio::test]
async fn a_limit_is_told_once_for_each_day_and_month() {
    let subject = Subject::open(0).await;
    let mut expected = Vec::new();
    for _ in 0..12 {
        subject.charge(8).await.unwrap();
        assert_eq!(subject.told(), expected);
        subject.refused(3).await;
        expected.push((Period::Daily, usd(10), usd(8)));
        assert_eq!(subject.told(), expected);
        subject.clock.advance(TimeDelta::days(1));
    }
    subject.charge(4).await.unwrap();
    subject.refused(1).await;
    expected.push((Period::Monthly, usd(100), usd(100)));
    assert_eq!(subject.told(), expected);
    // Each server has asked once of each window, and remembers the answer.
    assert_eq!(subject.outbox.asked.load(SeqCst), 2 * 13);
}

#[tokio::test]
async fn other_refusals_and_granted_calls_tell_nothing() {
    let subject = Subject::open(0).await;
    subject.charge(10).await.unwrap();
    let watched = Authorize::new(HoldId::new(), acme(), usd(1), search()).observed();
    subject.replicas[0].authorize(watched).await.unwrap();
    let mut change = AccountChange::default();
    change.suspended = Some(true);
    subject.replicas[0].configure(&acme(), change).await.unwrap();
    subject.refused(1).await;
    assert_eq!(subject.told(), []);
}

#[tokio::test]
async fn what_could_not_be_told_is_told_by_a_later_refusal() {
    let subject = Subject::open(3).await;
    subject.charge(10).await.unwrap();
    for _ in 0..3 {
        assert!(subject.charge(1).await.unwrap_err().is_refusal());
        assert_eq!(subject.told(), []);
    }
    assert!(subject.charge(1).await.unwrap_err().is_refusal());
    assert_eq!(subject.told(), [(Period::Daily, usd(10), usd(10))]);
}
