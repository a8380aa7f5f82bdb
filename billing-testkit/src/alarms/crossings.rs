use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use billing_core::{Alerts, Clock, MemoryOutbox, Money};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::Subject;
use crate::{at_once, ledger::usd, rounds};

/// More than a thousand charges on three accounts, from many tasks, with top-ups and any time between: after each round
/// the letters are those that a model of postings expects, by the names of their crossings. Several workers ring all the
/// while.
pub async fn each_crossing_is_told_once_and_none_in_the_time_of_peace(subject: Subject) {
    let seed = 20_261_128;
    let mut rng = Rng::with_seed(seed);
    let mut bench = Bench::open(&subject).await;
    for round in 0..rounds(210) {
        let place = format!("round {round} of seed {seed}");
        bench.spend(&mut rng).await;
        bench.ring_until_quiet().await;
        bench.expect(&place).await;
        bench.top_up(&mut rng).await;
        let hours = TimeDelta::hours([0, 1, 24, 30, 100][rng.usize(..5)]);
        let moment = TimeDelta::microseconds(rng.i64(-1..=1)).max(-hours);
        subject.books.advance(hours + moment);
        bench.ring_until_quiet().await;
        bench.expect(&place).await;
    }
    assert!(bench.letters() > 10, "seed {seed} tells little");
    assert!(subject.books.ledger.verify().await.unwrap().is_clean());
}

const ACCOUNTS: [&str; 3] = ["anna", "borys", "vira"];
/// Of each account in a round.
const CHARGES: i64 = 8;
const WORKERS: usize = 3;

struct Bench {
    subject: Subject,
    outbox: Arc<MemoryOutbox>,
    alerts: Alerts,
    models: BTreeMap<&'static str, Model>,
}

/// What is to become of an account: in micros, with the threshold at a million.
#[derive(Default)]
struct Model {
    posted: i64,
    sequence: u64,
    armed_by: Option<u64>,
    rang_at: Option<DateTime<Utc>>,
    /// Which crossings were told, and when.
    letters: BTreeMap<u64, DateTime<Utc>>,
}

impl Model {
    fn post(&mut self, change: i64) {
        self.posted += change;
        self.sequence += 1;
        if change > 0 && self.posted >= 1_200_000 {
            self.armed_by = self.armed_by.or(Some(self.sequence));
        }
    }

    /// Nothing is told before a day has passed since the last letter.
    fn ring(&mut self, now: DateTime<Utc>) {
        let in_peace = self.rang_at.is_some_and(|rang_at| now - rang_at < TimeDelta::days(1));
        if self.posted <= 1_000_000
            && !in_peace
            && let Some(armed_by) = self.armed_by.take()
        {
            self.rang_at = Some(now);
            assert_eq!(self.letters.insert(armed_by, now), None);
        }
    }
}

impl Bench {
    async fn open(subject: &Subject) -> Self {
        let outbox = Arc::new(MemoryOutbox::default());
        let (alarms, clock) = (Arc::clone(&subject.alarms), Arc::new(subject.books.clock.clone()));
        let alerts = Alerts::new(alarms, Arc::<MemoryOutbox>::clone(&outbox), clock);
        for account in ACCOUNTS {
            subject.of(account).books.without_limits().await;
        }
        let models = ACCOUNTS.into_iter().map(|account| (account, Model::default())).collect();
        Self { subject: subject.clone(), outbox, alerts, models }
    }

    /// Brings each account down to some balance near its threshold, by many charges at once.
    async fn spend(&mut self, rng: &mut Rng) {
        let mut charges = Vec::new();
        for (account, model) in &mut self.models {
            let left = [0, 700_000, 999_999, 1_000_000, 1_000_001, 1_500_000][rng.usize(..6)];
            let spent = (model.posted - left).max(0);
            for number in 0..CHARGES {
                let amount = spent * (number + 1) / CHARGES - spent * number / CHARGES;
                model.post(-amount);
                charges.push((*account, amount));
            }
        }
        rng.shuffle(&mut charges);
        let charges = charges.into_iter().map(|(account, micros)| {
            let books = self.subject.of(account).books;
            async move { books.charge(&usd_text(micros)).await.map(drop).unwrap() }
        });
        self.while_workers_ring(charges).await;
        self.model_rings();
    }

    /// Some accounts get money: too little, just enough to be clear, or plenty.
    async fn top_up(&mut self, rng: &mut Rng) {
        let mut top_ups = Vec::new();
        for (account, model) in &mut self.models {
            let wanted = [0, 1_000_000, 1_100_000, 1_199_999, 1_200_000, 3_000_000][rng.usize(..6)];
            if wanted > model.posted {
                top_ups.push((*account, wanted - model.posted));
                model.post(wanted - model.posted);
            }
        }
        let top_ups = top_ups.into_iter().map(|(account, micros)| {
            let books = self.subject.of(account).books;
            async move {
                books.top_up(&usd_text(micros)).await;
            }
        });
        self.while_workers_ring(top_ups).await;
    }

    /// Does `work` while several workers ring, each again and again.
    async fn while_workers_ring<F>(&self, work: impl IntoIterator<Item = F>)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let is_done = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let (alerts, is_done) = (self.alerts.clone(), Arc::clone(&is_done));
                tokio::spawn(async move {
                    while !is_done.load(SeqCst) {
                        alerts.ring(2).await.unwrap();
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        at_once(work).await;
        is_done.store(true, SeqCst);
        for worker in workers {
            worker.await.unwrap();
        }
    }

    /// Several workers ring until none of them finds anything.
    async fn ring_until_quiet(&mut self) {
        self.model_rings();
        for _ in 0..=ACCOUNTS.len() {
            let rung = at_once((0..WORKERS).map(|_| {
                let alerts = self.alerts.clone();
                async move { alerts.ring(2).await.unwrap() }
            }))
            .await;
            if rung.iter().all(|rung| *rung == 0) {
                return;
            }
        }
        panic!("it rings for ever");
    }

    fn model_rings(&mut self) {
        let now = self.subject.books.clock.now();
        self.models.values_mut().for_each(|model| model.ring(now));
    }

    async fn expect(&self, place: &str) {
        let mut expected = BTreeMap::new();
        for (name, model) in &self.models {
            let account = self.subject.of(name).books.state().await;
            let found =
                (account.posted.micros(), account.sequence, account.alarm.armed_by, account.alarm.rang_at);
            assert_eq!(
                found,
                (model.posted, model.sequence, model.armed_by, model.rang_at),
                "{name}, {place}"
            );
            let letters = model.letters.iter();
            expected.extend(letters.map(|(armed_by, at)| (format!("balance_low/{name}/{armed_by}"), *at)));
        }
        let messages = self.outbox.messages().into_iter();
        let told: BTreeMap<_, _> = messages.map(|message| (message.key, message.created_at)).collect();
        assert_eq!(told, expected, "{place}");
    }

    fn letters(&self) -> usize {
        self.models.values().map(|model| model.letters.len()).sum()
    }
}

fn usd_text(micros: i64) -> String {
    Money::from_micros(micros, usd("0").currency()).to_decimal().to_string()
}
