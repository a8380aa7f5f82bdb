use std::{
    future::pending,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use billing_core::{
    Account, AccountChange, AccountId, Adjust, Audit, Authorization, Authorize, Capture, Charge, Extend,
    HistoryQuery, Ledger, LedgerError, MemoryLedger, ObservedRefusals, Page, Posting, Reverse, TopUp,
    UsageBucket, UsageQuery, Void,
};
use chrono::{DateTime, Utc};
use tokio::sync::{Notify, Semaphore};

/// A call to the ledger that may meet trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Authorize,
    Capture,
    Void,
    Extend,
    /// Only where it meets trouble: tests look at accounts, too.
    Account,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// It is not carried out.
    Unreachable,
    /// It is carried out, but its answer is lost.
    AnswerLost,
    /// It fails in a way that asking again won't mend.
    Broken,
    /// It is not carried out, and never answered.
    Hangs,
    /// The ledger panics.
    Panics,
}

/// A ledger in memory behind a network that has its moods.
#[derive(Debug)]
pub(crate) struct TroubledLedger {
    books: MemoryLedger,
    /// How often each call lets go before and after it is carried out.
    yields: usize,
    troubles: Mutex<Vec<(Asked, Trouble)>>,
    asked: Mutex<Vec<Asked>>,
    last_authorize: Mutex<Option<Authorize>>,
    /// Told about every capture that is asked for.
    pub(crate) capture_asked: Notify,
    /// A capture takes a permit before it is carried out, and gives it back.
    pub(crate) captures: Semaphore,
}

impl TroubledLedger {
    pub(crate) fn new(books: MemoryLedger) -> Self {
        Self {
            books,
            yields: 0,
            troubles: Mutex::default(),
            asked: Mutex::default(),
            last_authorize: Mutex::default(),
            capture_asked: Notify::new(),
            captures: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }

    pub(crate) fn with_yields(mut self, yields: usize) -> Self {
        self.yields = yields;
        self
    }

    /// Captures wait until the test adds permits.
    pub(crate) fn with_captures_held_up(mut self) -> Self {
        self.captures = Semaphore::new(0);
        self
    }

    pub(crate) fn with_troubles(self, asked: Asked, troubles: impl IntoIterator<Item = Trouble>) -> Self {
        lock(&self.troubles).extend(troubles.into_iter().map(|trouble| (asked, trouble)));
        self
    }

    /// Trouble from now on.
    pub(crate) fn trouble(&self, asked: Asked, troubles: impl IntoIterator<Item = Trouble>) {
        lock(&self.troubles).extend(troubles.into_iter().map(|trouble| (asked, trouble)));
    }

    /// No more trouble.
    pub(crate) fn heal(&self) {
        lock(&self.troubles).clear();
    }

    pub(crate) fn count(&self, asked: Asked) -> usize {
        lock(&self.asked).iter().filter(|call| **call == asked).count()
    }

    /// How often it was asked for anything that may meet trouble.
    pub(crate) fn asked(&self) -> usize {
        lock(&self.asked).len()
    }

    pub(crate) fn last_authorize(&self) -> Option<Authorize> {
        lock(&self.last_authorize).clone()
    }

    async fn carry_out<T>(
        &self,
        asked: Asked,
        work: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        lock(&self.asked).push(asked);
        self.let_go().await;
        let outcome = match self.next_trouble(asked) {
            None => work.await,
            Some(Trouble::Unreachable) => Err(LedgerError::Unavailable("connection refused".into())),
            Some(Trouble::AnswerLost) => {
                work.await.ok();
                Err(LedgerError::Unavailable("connection reset".into()))
            }
            Some(Trouble::Broken) => Err(LedgerError::Backend("disk is full".into())),
            Some(Trouble::Hangs) => pending().await,
            Some(Trouble::Panics) => panic!("the ledger is out of its mind"),
        };
        self.let_go().await;
        outcome
    }

    async fn let_go(&self) {
        for _ in 0..self.yields {
            tokio::task::yield_now().await;
        }
    }

    fn next_trouble(&self, asked: Asked) -> Option<Trouble> {
        let mut troubles = lock(&self.troubles);
        let index = troubles.iter().position(|(call, _)| *call == asked)?;
        Some(troubles.remove(index).1)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Ledger for TroubledLedger {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        *lock(&self.last_authorize) = Some(request.clone());
        self.carry_out(Asked::Authorize, self.books.authorize(request)).await
    }
    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        self.capture_asked.notify_one();
        let _permit = self.captures.acquire().await.unwrap();
        self.carry_out(Asked::Capture, self.books.capture(request)).await
    }
    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        self.carry_out(Asked::Void, self.books.void(request)).await
    }
    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        self.carry_out(Asked::Extend, self.books.extend(request)).await
    }
    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        self.books.charge(request).await
    }
    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        self.books.top_up(request).await
    }
    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        self.books.reverse(request).await
    }
    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        self.books.adjust(request).await
    }
    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        if self.next_trouble(Asked::Account).is_some() {
            return Err(LedgerError::Unavailable("connection refused".into()));
        }
        self.books.account(id).await
    }
    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        self.books.configure(id, change).await
    }
    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        self.books.history(query).await
    }
    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        self.books.usage(query).await
    }
    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        self.books.observed(from, to).await
    }
    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        self.books.expire_holds(limit).await
    }
    async fn verify(&self) -> Result<Audit, LedgerError> {
        self.books.verify().await
    }
}
