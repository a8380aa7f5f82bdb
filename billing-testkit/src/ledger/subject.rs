use std::sync::Arc;

use billing_core::{
    Account, AccountChange, AccountId, Authorization, Authorize, Capture, Charge, Clock, Currency, HoldId,
    Ledger, LedgerError, LedgerSettings, ManualClock, Money, Operation, Posting, PostingId, Reverse, TopUp,
    Void,
};
use chrono::{DateTime, TimeDelta, Utc};

/// A ledger under test, with one account and a clock that stands still.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// Its clock.
    pub clock: ManualClock,
    /// Its settings: holds of 5 minutes, limits of 10 and 100 dollars.
    pub settings: LedgerSettings,
    /// The account that the shorthands are about.
    pub account: AccountId,
}

/// So many dollars, as text.
pub(crate) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Noon of a Kyiv day in November 2036: ids made by the real clock are never ahead of it.
pub(crate) fn noon() -> DateTime<Utc> {
    at("2036-11-16T10:00:00Z")
}

pub(crate) fn operation(name: &str) -> Operation {
    Operation::new(name).unwrap()
}

impl Subject {
    /// Opens a ledger whose clock stands still.
    pub async fn open<F, O>(open: F) -> Self
    where
        F: FnOnce(LedgerSettings, Arc<dyn Clock>) -> O,
        O: Future<Output = Arc<dyn Ledger>>,
    {
        let clock = ManualClock::new(noon());
        let settings = LedgerSettings::new(Currency::USD);
        let ledger = open(settings.clone(), Arc::new(clock.clone())).await;
        Self { ledger, clock, settings, account: AccountId::new("acme").unwrap() }
    }

    /// Sets both limits so high that they do not matter.
    pub(crate) async fn without_limits(&self) {
        let mut change = AccountChange::default();
        (change.daily_ceiling, change.monthly_ceiling) = (Some(usd("1000000")), Some(usd("1000000")));
        (change.daily_limit, change.monthly_limit) = (Some(usd("1000000")), Some(usd("1000000")));
        self.configure(change).await;
    }

    pub(crate) async fn configure(&self, change: AccountChange) -> Account {
        self.ledger.configure(&self.account, change).await.unwrap()
    }

    pub(crate) async fn top_up(&self, amount: &str) -> PostingId {
        let id = PostingId::new();
        self.ledger.top_up(TopUp::new(id, self.account.clone(), usd(amount), "stripe")).await.unwrap();
        id
    }

    pub(crate) async fn try_authorize(&self, id: HoldId, amount: &str) -> Result<Authorization, LedgerError> {
        let request = Authorize::new(id, self.account.clone(), usd(amount), operation("search"));
        self.ledger.authorize(request).await
    }

    pub(crate) async fn authorize(&self, amount: &str) -> HoldId {
        let id = HoldId::new();
        self.try_authorize(id, amount).await.unwrap();
        id
    }

    pub(crate) async fn capture(&self, hold: HoldId, amount: &str) -> Result<Posting, LedgerError> {
        self.ledger.capture(Capture::new(self.account.clone(), hold, usd(amount))).await
    }

    pub(crate) async fn void(&self, hold: HoldId) -> Result<(), LedgerError> {
        self.ledger.void(Void::new(self.account.clone(), hold)).await
    }

    pub(crate) async fn charge(&self, amount: &str) -> Result<Posting, LedgerError> {
        self.charge_as(PostingId::new(), amount).await
    }

    pub(crate) async fn charge_as(&self, id: PostingId, amount: &str) -> Result<Posting, LedgerError> {
        self.ledger.charge(Charge::new(id, self.account.clone(), usd(amount), operation("search"))).await
    }

    pub(crate) async fn reverse(
        &self,
        top_up: PostingId,
        total: &str,
        revision: u64,
    ) -> Result<Option<Posting>, LedgerError> {
        self.ledger.reverse(Reverse::new(self.account.clone(), top_up, usd(total), revision)).await
    }

    pub(crate) async fn state(&self) -> Account {
        self.ledger.account(&self.account).await.unwrap()
    }

    pub(crate) fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Posted, held and available are these, and the books balance.
    #[track_caller]
    pub(crate) fn expect(&self, posted: &str, held: &str) -> impl Future<Output = ()> + '_ {
        let caller = std::panic::Location::caller();
        let (posted, held) = (usd(posted), usd(held));
        async move {
            let account = self.state().await;
            assert_eq!((account.posted, account.held), (posted, held), "posted and held, at {caller}");
            assert_eq!(Some(account.available()), posted.checked_sub(held), "available, at {caller}");
            let audit = self.ledger.verify().await.unwrap();
            assert!(audit.is_clean(), "the books differ, at {caller}: {:?}", audit.differences);
        }
    }
}
