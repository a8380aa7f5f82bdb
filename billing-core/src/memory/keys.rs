use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

use crate::{AccountId, Claim, IdempotencyKeys, PaymentId, StoreError};

/// Idempotency keys in memory.
#[derive(Debug, Default)]
pub struct MemoryIdempotencyKeys(Mutex<BTreeMap<(AccountId, String, String), Claim>>);

#[async_trait]
impl IdempotencyKeys for MemoryIdempotencyKeys {
    async fn claim(&self, claim: &Claim) -> Result<Claim, StoreError> {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (claim.account.clone(), claim.route.clone(), claim.key.clone());
        Ok(claims.entry(name).or_insert_with(|| claim.clone()).clone())
    }

    async fn replace(&self, claim: &Claim, payment: PaymentId) -> Result<Claim, StoreError> {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (claim.account.clone(), claim.route.clone(), claim.key.clone());
        let standing = claims.entry(name).or_insert_with(|| claim.clone());
        if standing.payment == claim.payment {
            standing.payment = payment;
        }
        Ok(standing.clone())
    }
}
