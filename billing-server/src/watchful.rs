//! The ledger behind paid calls: it knows when the database is away, and says so at once.
use std::sync::Arc;

use async_trait::async_trait;
use billing_core::{
    Account, AccountChange, AccountId, Adjust, Audit, Authorization, Authorize, Capture, Charge, Extend,
    HistoryQuery, Ledger, LedgerError, ObservedRefusals, Page, Posting, Reverse, TopUp, UsageBucket,
    UsageQuery, Void,
};
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::DatabaseState;

/// A ledger that is not asked while its database is away, and whose questions end when it goes. Dropping a question is
/// safe: whoever asks again does so with the same id.
#[derive(Clone, Debug)]
pub(crate) struct WatchfulLedger {
    ledger: Arc<dyn Ledger>,
    database: watch::Receiver<DatabaseState>,
}

impl WatchfulLedger {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, database: watch::Receiver<DatabaseState>) -> Self {
        Self { ledger, database }
    }

    async fn unless_away<T>(
        &self,
        asked: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        let mut database = self.database.clone();
        tokio::select! {
            biased;
            Ok(_) = database.wait_for(|state| *state != DatabaseState::Ready) => {
                Err(LedgerError::Unavailable("the database is away".into()))
            }
            answer = asked => answer,
        }
    }
}

#[async_trait]
impl Ledger for WatchfulLedger {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        self.unless_away(self.ledger.authorize(request)).await
    }
    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        self.unless_away(self.ledger.capture(request)).await
    }
    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        self.unless_away(self.ledger.void(request)).await
    }
    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        self.unless_away(self.ledger.extend(request)).await
    }
    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        self.unless_away(self.ledger.charge(request)).await
    }
    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        self.unless_away(self.ledger.top_up(request)).await
    }
    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        self.unless_away(self.ledger.reverse(request)).await
    }
    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        self.unless_away(self.ledger.adjust(request)).await
    }
    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        self.unless_away(self.ledger.account(id)).await
    }
    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        self.unless_away(self.ledger.configure(id, change)).await
    }
    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        self.unless_away(self.ledger.history(query)).await
    }
    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        self.unless_away(self.ledger.usage(query)).await
    }
    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        self.unless_away(self.ledger.observed(from, to)).await
    }
    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        self.unless_away(self.ledger.expire_holds(limit)).await
    }
    async fn verify(&self) -> Result<Audit, LedgerError> {
        self.unless_away(self.ledger.verify()).await
    }
}
