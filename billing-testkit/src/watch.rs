//! The rules of [`AccountWatch`] and [`PaymentWatch`], one function each.
use std::sync::Arc;

use billing_core::{
    AccountChange, AccountId, AccountWatch, Adjust, Authorize, Capture, Charge, Clock, Currency, HoldId,
    Ledger, LedgerSettings, ManualClock, Money, Observation, Operation, Payment, PaymentId, PaymentStatus,
    PaymentStore, PaymentWatch, PostingId, Reverse, TopUp, Void,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Makes one test of each rule. Takes an
/// `async fn(LedgerSettings, Arc<dyn Clock>) -> (Arc<dyn Ledger>, Arc<dyn AccountWatch>)` and an
/// `async fn() -> (Arc<dyn PaymentStore>, Arc<dyn PaymentWatch>)`, which open empty ones.
#[macro_export]
macro_rules! watch_suite {
    ($accounts:path, $payments:path) => {
        $crate::watch_suite!(@accounts $accounts,
            accounts_are_told_as_their_ledger_tells_them,
            every_change_of_an_account_shows,
            a_day_that_ends_shows_without_a_change,
        );
        $crate::watch_suite!(@payments $payments,
            payments_are_told_the_last_change_first,
            every_change_of_a_payment_shows,
        );
    };
    (@accounts $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::watch::$rule($crate::watch::WatchedLedger::open($open).await).await;
            }
        )*
    };
    (@payments $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                let (store, watch) = $open().await;
                $crate::watch::$rule(store, watch).await;
            }
        )*
    };
}

/// A ledger, and who watches it, on a clock that stands still.
#[derive(Clone, Debug)]
pub struct WatchedLedger {
    ledger: Arc<dyn Ledger>,
    watch: Arc<dyn AccountWatch>,
    clock: ManualClock,
}

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn account(name: &str) -> AccountId {
    AccountId::new(name).unwrap()
}

fn search() -> Operation {
    Operation::new("search").unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

impl WatchedLedger {
    /// Opens a ledger at noon of a Kyiv day in November 2036.
    pub async fn open<F, O>(open: F) -> Self
    where
        F: FnOnce(LedgerSettings, Arc<dyn Clock>) -> O,
        O: Future<Output = (Arc<dyn Ledger>, Arc<dyn AccountWatch>)>,
    {
        let clock = ManualClock::new("2036-11-16T10:00:00Z".parse().unwrap());
        let (ledger, watch) = open(LedgerSettings::new(Currency::USD), Arc::new(clock.clone())).await;
        Self { ledger, watch, clock }
    }

    async fn top_up(&self, name: &str, amount: &str) -> PostingId {
        let id = PostingId::new();
        self.ledger.top_up(TopUp::new(id, account(name), usd(amount), "stripe")).await.unwrap();
        id
    }

    async fn charge(&self, name: &str, amount: &str) {
        let charge = Charge::new(PostingId::new(), account(name), usd(amount), search());
        self.ledger.charge(charge).await.unwrap();
    }
}

/// Only who is asked for is told, and nobody is opened by being asked for.
pub async fn accounts_are_told_as_their_ledger_tells_them(subject: WatchedLedger) {
    let names = ["acme", "o'\"b\\", "Олена", "other"];
    for (name, amount) in names.into_iter().zip(["1", "2", "3", "4"]) {
        subject.top_up(name, amount).await;
    }
    let asked = ["Олена", "nobody", "acme", "o'\"b\\"].map(account);
    let mut told = subject.watch.standings(&asked).await.unwrap();
    told.sort_by(|a, b| a.id.cmp(&b.id));
    let mut expected = Vec::new();
    for name in ["acme", "o'\"b\\", "Олена"] {
        expected.push(subject.ledger.account(&account(name)).await.unwrap());
    }
    assert_eq!(told, expected);
    assert!(subject.watch.standings(&[]).await.unwrap().is_empty());
    assert_eq!(subject.ledger.verify().await.unwrap().accounts, 4);
}

/// Money that is set aside, given free, taken or added, and what its owner or an operator decides.
pub async fn every_change_of_an_account_shows(subject: WatchedLedger) {
    let acme = account("acme");
    let WatchedLedger { ledger, watch, .. } = &subject;
    let top_up = subject.top_up("acme", "9").await;
    let mut last = watch.standings(std::slice::from_ref(&acme)).await.unwrap();
    let mut shows = async |change: &str| {
        let standing = watch.standings(std::slice::from_ref(&acme)).await.unwrap();
        assert_ne!(standing, last, "{change}");
        assert_eq!(standing, [ledger.account(&acme).await.unwrap()], "{change}");
        last = standing;
    };
    let (first, second) = (HoldId::new(), HoldId::new());
    ledger.authorize(Authorize::new(first, acme.clone(), usd("1"), search())).await.unwrap();
    shows("a hold").await;
    ledger.authorize(Authorize::new(second, acme.clone(), usd("1"), search())).await.unwrap();
    shows("another hold").await;
    ledger.capture(Capture::new(acme.clone(), first, usd("0.5"))).await.unwrap();
    shows("a capture").await;
    ledger.void(Void::new(acme.clone(), second)).await.unwrap();
    shows("a void").await;
    subject.charge("acme", "1").await;
    shows("a charge").await;
    ledger.reverse(Reverse::new(acme.clone(), top_up, usd("2"), 1)).await.unwrap();
    shows("a reversal").await;
    ledger.adjust(Adjust::new(PostingId::new(), acme.clone(), usd("1"), "olena", "gift")).await.unwrap();
    shows("an adjustment").await;
    let mut change = AccountChange::default();
    change.daily_limit = Some(usd("7"));
    ledger.configure(&acme, change).await.unwrap();
    shows("a limit").await;
}

/// Whoever looks after midnight sees a new day.
pub async fn a_day_that_ends_shows_without_a_change(subject: WatchedLedger) {
    subject.top_up("acme", "9").await;
    subject.charge("acme", "1").await;
    let acme = [account("acme")];
    assert_eq!(subject.watch.standings(&acme).await.unwrap()[0].day.used, usd("1"));
    subject.clock.advance(TimeDelta::hours(12));
    let standing = subject.watch.standings(&acme).await.unwrap();
    assert_eq!((standing[0].day.used, standing[0].month.used), (usd("0"), usd("1")));
    assert_eq!(standing, [subject.ledger.account(&acme[0]).await.unwrap()]);
}

async fn start(store: &dyn PaymentStore, name: &str, at: DateTime<Utc>) -> PaymentId {
    let payment = Payment::new(PaymentId::new(), account(name), "stripe", usd("10"), usd("10"), at);
    store.insert(&payment).await.unwrap().id
}

/// Only payments of these accounts, changed after this instant, and so many.
pub async fn payments_are_told_the_last_change_first(
    store: Arc<dyn PaymentStore>,
    watch: Arc<dyn PaymentWatch>,
) {
    let at = |seconds| now() + TimeDelta::seconds(seconds);
    let mut ids = Vec::new();
    for (name, seconds) in [("acme", 0), ("beta", 1), ("gamma", 2), ("acme", 3)] {
        ids.push(start(&*store, name, at(seconds)).await);
    }
    store.record(ids[0], &Observation::new(PaymentStatus::Failed), at(9)).await.unwrap();
    let both = ["acme", "beta", "nobody"].map(account);
    for (accounts, since, limit, expected) in [
        (&both[..], at(-1), 10, &[0, 3, 1][..]),
        (&both, at(1), 10, &[0, 3]),
        (&both, at(9), 10, &[]),
        (&both, at(-1), 2, &[0, 3]),
        (&both[1..], at(-1), 10, &[1]),
        (&[], at(-1), 10, &[]),
    ] {
        let told = watch.changed_payments(accounts, since, limit).await.unwrap();
        let expected: Vec<_> = expected.iter().map(|place| ids[*place]).collect();
        assert_eq!(
            told.iter().map(|payment| payment.id).collect::<Vec<_>>(),
            expected,
            "{accounts:?} {since}"
        );
    }
    let told = watch.changed_payments(&both, at(8), 10).await.unwrap();
    assert_eq!(told, [store.get(ids[0]).await.unwrap().unwrap()]);
}

/// Whatever becomes of a payment is a change.
pub async fn every_change_of_a_payment_shows(store: Arc<dyn PaymentStore>, watch: Arc<dyn PaymentWatch>) {
    let at = |seconds| now() + TimeDelta::seconds(seconds);
    let id = start(&*store, "acme", at(0)).await;
    store.attach(id, "pi_1", None, at(1)).await.unwrap();
    let told = async |since| watch.changed_payments(&[account("acme")], since, 10).await.unwrap();
    assert_eq!(told(at(0)).await[0].external_id.as_deref(), Some("pi_1"));
    store.record(id, &Observation::new(PaymentStatus::Succeeded), at(2)).await.unwrap();
    assert_eq!(told(at(1)).await[0].status, PaymentStatus::Succeeded);
    let refund = billing_core::TakeBack::new("re_1", billing_core::TakeBackKind::Refund, usd("3"));
    store.take_back(id, &[refund], at(3)).await.unwrap();
    assert_eq!(told(at(2)).await[0].taken_back, usd("3"));
    store.accept(id, &billing_core::Accepted::new(usd("9"), "olena"), usd("9"), false, at(4)).await.unwrap();
    assert_eq!(told(at(3)).await[0].credit, usd("9"));
    assert!(told(at(4)).await.is_empty());
}
