use std::{fmt::Debug, sync::Arc};

use billing_core::{
    AccountChange, AccountId, Adjust, Authorize, Capture, Charge, Clock, Currency, Extend, HistoryQuery,
    HoldId, Ledger, LedgerError, MemoryLedger, Money, Page, Posting, PostingId, Residue, Reverse, TopUp,
    UsageQuery, Void,
};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;

use super::{Subject, subject::operation};
use crate::rounds;

/// What happened to be done, told of when the ledgers disagree.
#[derive(Debug)]
enum Step {
    Authorize(Authorize),
    Capture(Capture),
    Void(Void),
    Extend(Extend),
    Charge(Charge),
    TopUp(TopUp),
    Reverse(Reverse),
    Adjust(Adjust),
    Configure(AccountId, AccountChange),
    ExpireHolds,
    Wait(TimeDelta),
}

/// Thousands of random operations on three accounts: after each, the ledger and the in-memory model answer the same,
/// refusals included; at the end every account, history and sum is the same, and the books balance.
pub async fn random_operations_agree_with_the_model(subject: Subject) {
    let model = MemoryLedger::new(subject.settings.clone()).with_clock(Arc::new(subject.clock.clone()));
    let seed = 20_261_116;
    let mut dice = Dice { rng: Rng::with_seed(seed), holds: Vec::new(), postings: Vec::new(), revision: 0 };
    for number in 0..rounds(10_000) {
        let step = dice.step();
        let answer = run(&*subject.ledger, &subject, &step).await;
        let expected =
            if matches!(step, Step::Wait(_)) { answer.clone() } else { run(&model, &subject, &step).await };
        assert_eq!(answer, expected, "step {number} of seed {seed}: {step:?}");
    }
    compare(&*subject.ledger, &model, subject.clock.now()).await;
}

struct Dice {
    rng: Rng,
    holds: Vec<(AccountId, HoldId, Money)>,
    postings: Vec<(AccountId, PostingId)>,
    revision: u64,
}

impl Dice {
    fn account(&mut self) -> AccountId {
        AccountId::new(["anna", "borys", "vira"][self.rng.usize(..3)]).unwrap()
    }

    /// Mostly small, sometimes nothing, sometimes more than there is.
    fn amount(&mut self) -> Money {
        let micros = match self.rng.u8(..20) {
            0 => 0,
            1 => self.rng.i64(1..50_000_000),
            2..=6 => 250_000 * self.rng.i64(1..9),
            _ => self.rng.i64(1..1_500_000),
        };
        Money::from_micros(micros, Currency::USD)
    }

    /// Mostly nothing, else up to half a micro.
    fn residue(&mut self) -> Residue {
        let is_exchanged = self.rng.u8(..4) == 0;
        Residue::from_picos(if is_exchanged { self.rng.i64(-500_000..=500_000) } else { 0 })
    }

    /// A hold that exists, mostly a recent one; or one that does not.
    fn hold(&mut self) -> (AccountId, HoldId, Money) {
        let recent = self.holds.len().saturating_sub(self.rng.usize(1..12));
        match self.holds.get(recent) {
            Some(hold) if self.rng.u8(..20) > 0 => hold.clone(),
            _ => (self.account(), HoldId::new(), self.amount()),
        }
    }

    fn new_or_used(&mut self) -> (AccountId, PostingId) {
        if self.rng.u8(..12) == 0 && !self.postings.is_empty() {
            let place = self.rng.usize(..self.postings.len());
            return self.postings[place].clone();
        }
        let named = (self.account(), PostingId::new());
        self.postings.push(named.clone());
        named
    }

    fn step(&mut self) -> Step {
        match self.rng.u8(..100) {
            0..22 => {
                let (account, id, amount) = match self.rng.u8(..10) {
                    0 => self.hold(),
                    _ => (self.account(), HoldId::new(), self.amount()),
                };
                self.holds.push((account.clone(), id, amount));
                let request = Authorize::new(id, account, amount, operation("search"));
                Step::Authorize(if self.rng.u8(..6) == 0 { request.for_refund() } else { request })
            }
            22..40 => {
                let (account, id, held) = self.hold();
                let amount = if self.rng.bool() { held } else { self.amount() };
                Step::Capture(Capture::new(account, id, amount))
            }
            40..50 => {
                let (account, id, _) = self.hold();
                Step::Void(Void::new(account, id))
            }
            50..53 => {
                let (account, id, _) = self.hold();
                let ttl = std::time::Duration::from_secs(self.rng.u64(1..900));
                Step::Extend(Extend::new(account, id, ttl))
            }
            53..68 => {
                let ((account, id), amount) = (self.new_or_used(), self.amount());
                let name = ["search", "export", "пошук"][self.rng.usize(..3)];
                Step::Charge(Charge::new(id, account, amount, operation(name)))
            }
            68..78 => {
                let (account, id) = self.new_or_used();
                let amount = Money::from_micros(self.rng.i64(1..12_000_000), Currency::USD);
                Step::TopUp(TopUp::new(id, account, amount, "stripe").with_residue(self.residue()))
            }
            78..84 => {
                let (account, id) = self.new_or_used();
                self.revision += self.rng.u64(..2);
                let revision = self.revision.saturating_sub(self.rng.u64(..2));
                let request = Reverse::new(account, id, self.amount(), revision);
                Step::Reverse(request.with_residue(self.residue()))
            }
            84..87 => {
                let ((account, id), sign) = (self.new_or_used(), if self.rng.bool() { 1 } else { -1 });
                let amount = Money::from_micros(sign * self.amount().micros(), Currency::USD);
                Step::Adjust(Adjust::new(id, account, amount, "olena", "test"))
            }
            87..91 => Step::Configure(self.account(), self.change()),
            91..93 => Step::ExpireHolds,
            _ => Step::Wait(self.pause()),
        }
    }

    fn change(&mut self) -> AccountChange {
        let mut change = AccountChange::default();
        match self.rng.u8(..8) {
            0 => change.suspended = Some(self.rng.u8(..4) == 0),
            1 => change.billing_enabled = Some(self.rng.u8(..4) > 0),
            2 => {
                let zone = ["Europe/Kyiv", "America/New_York", "Asia/Kathmandu"][self.rng.usize(..3)];
                change.time_zone = Some(zone.parse().unwrap());
            }
            3 => change.monthly_limit = Some(Money::from_micros(self.rng.i64(..300_000_000), Currency::USD)),
            4..=5 => change.low_balance = Some(self.amount()),
            6 => change.daily_ceiling = Some(Money::from_micros(self.rng.i64(..900_000_000), Currency::USD)),
            _ => change.daily_limit = Some(Money::from_micros(self.rng.i64(..60_000_000), Currency::USD)),
        }
        change
    }

    /// Mostly seconds, sometimes hours, sometimes back.
    fn pause(&mut self) -> TimeDelta {
        match self.rng.u8(..10) {
            0 => TimeDelta::hours(self.rng.i64(1..30)),
            1 => TimeDelta::seconds(-self.rng.i64(1..60)),
            2..=4 => TimeDelta::minutes(self.rng.i64(1..10)),
            _ => TimeDelta::milliseconds(self.rng.i64(1..60_000)),
        }
    }
}

/// Runs a step and tells the answer, less the ids that a ledger makes itself.
async fn run(ledger: &dyn Ledger, subject: &Subject, step: &Step) -> String {
    match step {
        // A granted call may leave out what time has freed meanwhile.
        Step::Authorize(request) => told(ledger.authorize(request.clone()).await.map(|granted| granted.hold)),
        Step::Capture(request) => told(ledger.capture(request.clone()).await),
        Step::Void(request) => told(ledger.void(request.clone()).await),
        Step::Extend(request) => told(ledger.extend(request.clone()).await.map(|granted| granted.hold)),
        Step::Charge(request) => told(ledger.charge(request.clone()).await),
        Step::TopUp(request) => told(ledger.top_up(request.clone()).await),
        Step::Reverse(request) => {
            told(ledger.reverse(request.clone()).await.map(|posting| posting.map(without_own_id)))
        }
        Step::Adjust(request) => told(ledger.adjust(request.clone()).await),
        Step::Configure(account, change) => told(ledger.configure(account, change.clone()).await),
        // Which holds are freed first is the ledger's choice; all of them are freed in the end.
        Step::ExpireHolds => {
            while ledger.expire_holds(1_000).await.unwrap() > 0 {}
            String::new()
        }
        Step::Wait(pause) => {
            subject.advance(*pause);
            String::new()
        }
    }
}

fn told<T: Debug>(answer: Result<T, LedgerError>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(error) => {
            assert!(!matches!(error, LedgerError::Unavailable(_) | LedgerError::Backend(_)), "{error:?}");
            format!("{error:?}")
        }
    }
}

fn without_own_id(mut posting: Posting) -> Posting {
    posting.id = posting.top_up.unwrap_or(posting.id);
    posting
}

async fn compare(ledger: &dyn Ledger, model: &MemoryLedger, now: DateTime<Utc>) {
    for name in ["anna", "borys", "vira"] {
        let id = AccountId::new(name).unwrap();
        let account = model.account(&id).await.unwrap();
        assert_eq!(ledger.account(&id).await.unwrap(), account);
        let query = HistoryQuery::new(id.clone()).with_limit(HistoryQuery::MAX_LIMIT);
        let all = |page: Page<Posting>| page.items.into_iter().map(without_own_id).collect::<Vec<_>>();
        assert_eq!(
            all(ledger.history(query.clone()).await.unwrap()),
            all(model.history(query).await.unwrap())
        );
        let today = account.time_zone.local_date(now);
        let query = UsageQuery::new(id, today - TimeDelta::days(399), today);
        assert_eq!(ledger.usage(query.clone()).await.unwrap(), model.usage(query).await.unwrap());
    }
    while ledger.expire_holds(1_000).await.unwrap() > 0 {}
    let (found, expected) = (ledger.verify().await.unwrap(), model.verify().await.unwrap());
    assert!(found.is_clean(), "{:?}", found.differences);
    assert_eq!(found, expected);
}
