use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{MemoryLedger, MemoryPayments};
use crate::{Account, AccountId, AccountWatch, LedgerError, Payment, PaymentWatch, StoreError};

#[async_trait]
impl AccountWatch for MemoryLedger {
    async fn standings(&self, accounts: &[AccountId]) -> Result<Vec<Account>, LedgerError> {
        Ok(accounts.iter().filter_map(|id| self.standing(id)).collect())
    }
}

#[async_trait]
impl PaymentWatch for MemoryPayments {
    async fn changed_payments(
        &self,
        accounts: &[AccountId],
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        let mut changed = self.all();
        changed.retain(|payment| payment.updated_at > since && accounts.contains(&payment.account));
        changed.sort_by_key(|payment| std::cmp::Reverse((payment.updated_at, payment.id)));
        changed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(changed)
    }
}
