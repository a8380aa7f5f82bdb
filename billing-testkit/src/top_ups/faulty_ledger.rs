use std::sync::Arc;

use async_trait::async_trait;
use billing_core::{
    Account, AccountChange, AccountId, Adjust, Audit, Authorization, Authorize, Capture, Charge, Extend,
    HistoryQuery, Ledger, LedgerError, ObservedRefusals, Page, Posting, Reverse, TopUp, UsageBucket,
    UsageQuery, Void,
};
use chrono::{DateTime, Utc};

use super::fault::Fault;

/// A ledger of which one write fails.
#[derive(Debug)]
pub(super) struct FaultyLedger {
    pub(super) inner: Arc<dyn Ledger>,
    pub(super) fault: Arc<Fault>,
}

#[async_trait]
impl Ledger for FaultyLedger {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        self.fault.strike(self.inner.authorize(request)).await
    }
    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        self.fault.strike(self.inner.capture(request)).await
    }
    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        self.fault.strike(self.inner.void(request)).await
    }
    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        self.fault.strike(self.inner.extend(request)).await
    }
    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        self.fault.strike(self.inner.charge(request)).await
    }
    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        self.fault.strike(self.inner.top_up(request)).await
    }
    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        self.fault.strike(self.inner.reverse(request)).await
    }
    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        self.fault.strike(self.inner.adjust(request)).await
    }
    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        self.inner.account(id).await
    }
    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        self.fault.strike(self.inner.configure(id, change)).await
    }
    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        self.inner.history(query).await
    }
    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        self.inner.usage(query).await
    }
    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        self.inner.observed(from, to).await
    }
    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        self.fault.strike(self.inner.expire_holds(limit)).await
    }
    async fn verify(&self) -> Result<Audit, LedgerError> {
        self.inner.verify().await
    }
}
