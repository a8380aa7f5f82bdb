use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{ApiKey, ApiKeyId, ApiKeyStore, KeyHash, StoreError};

/// API keys in memory.
#[derive(Debug, Default)]
pub struct MemoryApiKeys(Mutex<BTreeMap<ApiKeyId, ApiKey>>);

impl MemoryApiKeys {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ApiKeyId, ApiKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ApiKeyStore for MemoryApiKeys {
    async fn insert_api_key(&self, key: &ApiKey) -> Result<ApiKey, StoreError> {
        let mut keys = self.lock();
        let taken = || StoreError::ApiKeyTaken { id: key.id };
        if let Some(stored) = keys.get(&key.id) {
            return stored.is_same_request(key).then(|| stored.clone()).ok_or_else(taken);
        }
        if keys.values().any(|stored| stored.hash == key.hash) {
            return Err(taken());
        }
        keys.insert(key.id, key.clone());
        Ok(key.clone())
    }

    async fn api_key(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.lock().values().find(|key| key.hash == *hash).cloned())
    }

    async fn api_keys(&self, limit: u32) -> Result<Vec<ApiKey>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.lock().values().rev().take(limit).cloned().collect())
    }

    async fn revoke_api_key(
        &self,
        id: ApiKeyId,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ApiKey, StoreError> {
        let mut keys = self.lock();
        let key = keys.get_mut(&id).ok_or(StoreError::ApiKeyNotFound { id })?;
        if key.is_active() {
            (key.revoked_at, key.revoked_by) = (Some(now), Some(actor.to_owned()));
        }
        Ok(key.clone())
    }

    async fn count_api_key_calls(
        &self,
        id: ApiKeyId,
        calls: u64,
        last_used_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if let Some(key) = self.lock().get_mut(&id) {
            key.calls = key.calls.saturating_add(calls);
            key.last_used_at = key.last_used_at.max(Some(last_used_at));
        }
        Ok(())
    }
}
