use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{PaymentId, RefundId, RefundState, RefundStore, StoreError, StoredRefund};

/// Refunds in memory.
#[derive(Debug, Default)]
pub struct MemoryRefunds(Mutex<HashMap<RefundId, StoredRefund>>);

impl MemoryRefunds {
    fn lock(&self) -> MutexGuard<'_, HashMap<RefundId, StoredRefund>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_of(refunds: &HashMap<RefundId, StoredRefund>, payment: PaymentId) -> Option<&StoredRefund> {
    refunds.values().find(|refund| refund.payment == payment && refund.state.is_open())
}

#[async_trait]
impl RefundStore for MemoryRefunds {
    async fn insert_refund(&self, refund: &StoredRefund) -> Result<StoredRefund, StoreError> {
        let mut refunds = self.lock();
        if let Some(stored) = refunds.get(&refund.id) {
            let same = stored.is_same_request(refund);
            return same.then(|| stored.clone()).ok_or(StoreError::RefundIdReused { id: refund.id });
        }
        if let Some(open) = open_of(&refunds, refund.payment) {
            return Err(StoreError::RefundOpen { payment: refund.payment, refund: open.id });
        }
        refunds.insert(refund.id, refund.clone());
        Ok(refund.clone())
    }

    async fn refund(&self, id: RefundId) -> Result<Option<StoredRefund>, StoreError> {
        Ok(self.lock().get(&id).cloned())
    }

    async fn open_refund(&self, payment: PaymentId) -> Result<Option<StoredRefund>, StoreError> {
        Ok(open_of(&self.lock(), payment).cloned())
    }

    async fn move_refund(
        &self,
        id: RefundId,
        state: RefundState,
        failure: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<StoredRefund, StoreError> {
        let mut refunds = self.lock();
        let refund = refunds.get_mut(&id).ok_or(StoreError::RefundNotFound { id })?;
        refund.move_to(state, failure, now);
        Ok(refund.clone())
    }

    async fn claim_refund(&self, seen: &StoredRefund, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut refunds = self.lock();
        let refund = refunds.get_mut(&seen.id).ok_or(StoreError::RefundNotFound { id: seen.id })?;
        let stands = refund.state.is_open() && refund.next_try_at == seen.next_try_at;
        if stands {
            refund.next_try_at = until;
        }
        Ok(stands)
    }

    async fn due_refunds(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredRefund>, StoreError> {
        let mut refunds = self.lock();
        let mut due: Vec<_> = refunds
            .values_mut()
            .filter(|refund| refund.state.is_open() && refund.next_try_at <= now)
            .collect();
        due.sort_by_key(|refund| refund.next_try_at);
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let put_off = |refund: &mut StoredRefund| {
            refund.next_try_at = until;
            refund.attempts += 1;
            refund.clone()
        };
        Ok(due.into_iter().map(put_off).collect())
    }
}
