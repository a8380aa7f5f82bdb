use async_trait::async_trait;
use billing_core::{
    Account, AccountChange, AccountId, Adjust, Audit, Authorization, Authorize, Capture, Charge, Extend,
    HistoryQuery, Ledger, LedgerError, ObservedRefusals, Page, Posting, Reverse, TopUp, UsageBucket,
    UsageQuery, Void, rules::Check,
};
use chrono::{DateTime, Utc};

use super::{Store, audit, hot, operations, reports};

impl Store {
    fn checked(&self, request: &impl Check) -> Result<DateTime<Utc>, LedgerError> {
        let now = self.clock.now();
        request.check(&self.settings, now)?;
        Ok(now)
    }
}

#[async_trait]
impl Ledger for Store {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        let now = self.checked(&request)?;
        if request.is_refund {
            return operations::authorize(self, &request, now).await;
        }
        hot::authorize(self, &request, now).await
    }

    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        hot::capture(self, &request, now).await
    }

    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        let now = self.checked(&request)?;
        hot::void(self, &request, now).await
    }

    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        let now = self.checked(&request)?;
        operations::extend(self, &request, now).await
    }

    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        hot::charge(self, &request, now).await
    }

    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        if !request.residue.is_zero() {
            return operations::top_up(self, &request, now).await;
        }
        hot::top_up(self, &request, now).await
    }

    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        let now = self.checked(&request)?;
        operations::reverse(self, &request, now).await
    }

    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        let now = self.checked(&request)?;
        operations::adjust(self, &request, now).await
    }

    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        operations::account(self, id, self.clock.now()).await
    }

    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        operations::configure(self, id, &change, self.clock.now()).await
    }

    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        reports::history(self, &query).await
    }

    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        let account = operations::account(self, &query.account, self.clock.now()).await?;
        reports::usage(self, &query, &account).await
    }

    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        reports::observed(self, from, to).await
    }

    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        operations::expire_holds(self, limit, self.clock.now()).await
    }

    async fn verify(&self) -> Result<Audit, LedgerError> {
        audit::verify(self).await
    }
}
