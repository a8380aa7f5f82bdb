use std::collections::BTreeSet;

use async_trait::async_trait;
use billing_core::{ApiKey, ApiKeyId, ApiKeyStore, KeyHash, KeyScope, StoreError};
use chrono::{DateTime, Utc};
use sqlx::{Row as _, query};
use uuid::Uuid;

use super::{
    Row, Store,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, is_unique_violation, retry, retry_unless_done},
    stamp::Stamp,
};

const INSERT: &str = "INSERT INTO api_keys (id, name, scopes, hash, created_at, created_by) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
const BY_ID: &str = "SELECT * FROM api_keys WHERE id = $1";
const BY_HASH: &str = "SELECT * FROM api_keys WHERE hash = $1";
const LIST: &str = "SELECT * FROM api_keys ORDER BY id DESC LIMIT $1";
const REVOKE: &str =
    "UPDATE api_keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL";
const COUNT: &str = "UPDATE api_keys SET calls = calls + $2, \
    last_used_at = CASE WHEN last_used_at > $3 THEN last_used_at ELSE $3 END WHERE id = $1";

#[async_trait]
impl ApiKeyStore for Store {
    async fn insert_api_key(&self, key: &ApiKey) -> Result<ApiKey, StoreError> {
        let taken = || StoreError::ApiKeyTaken { id: key.id };
        let stored = retry(|| async {
            let inserted = query(INSERT)
                .bind(key.id.as_uuid())
                .bind(key.name.as_str())
                .bind(words(&key.scopes))
                .bind(&key.hash.as_bytes()[..])
                .bind(Stamp(key.created_at))
                .bind(key.created_by.as_str())
                .execute(self.writers())
                .await;
            match inserted {
                Err(error) if is_unique_violation(&error) => return Err(Failure::Refused(taken())),
                inserted => inserted?,
            };
            self.stored_key(key.id).await
        })
        .await?;
        stored.filter(|stored| stored.is_same_request(key)).ok_or_else(taken)
    }

    async fn api_key(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StoreError> {
        retry(|| async {
            let hash = &hash.as_bytes()[..];
            let row = query(BY_HASH).bind(hash).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }

    async fn api_keys(&self, limit: u32) -> Result<Vec<ApiKey>, StoreError> {
        retry(|| async {
            let rows = query(LIST).bind(i64::from(limit)).fetch_all(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(rows.iter().map(read).collect::<Decoded<_>>()?)
        })
        .await
    }

    async fn revoke_api_key(
        &self,
        id: ApiKeyId,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ApiKey, StoreError> {
        let stored = retry(|| async {
            let revoked = query(REVOKE).bind(id.as_uuid()).bind(Stamp(now)).bind(actor);
            revoked.execute(self.writers()).await?;
            self.stored_key(id).await
        })
        .await?;
        stored.ok_or(StoreError::ApiKeyNotFound { id })
    }

    async fn count_api_key_calls(
        &self,
        id: ApiKeyId,
        calls: u64,
        last_used_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let calls = i64::try_from(calls).unwrap_or(i64::MAX);
        retry_unless_done(|| async {
            let counted = query(COUNT).bind(id.as_uuid()).bind(calls).bind(Stamp(last_used_at));
            counted.execute(self.writers()).await?;
            Ok::<_, Failure<StoreError>>(())
        })
        .await
    }
}

impl Store {
    async fn stored_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, Failure<StoreError>> {
        let row = query(BY_ID).bind(id.as_uuid()).fetch_optional(self.writers()).await?;
        Ok(row.as_ref().map(read).transpose()?)
    }
}

fn words(scopes: &BTreeSet<KeyScope>) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

fn read(row: &Row) -> Decoded<ApiKey> {
    let mut key = ApiKey::new(
        row.try_get::<Uuid, _>("id")?.into(),
        rows::word(row, "name")?,
        scopes(row)?,
        hash(row)?,
        row.try_get::<String, _>("created_by")?,
        rows::stamp(row, "created_at")?,
    );
    key.revoked_at = rows::stamp_if_any(row, "revoked_at")?;
    key.revoked_by = row.try_get("revoked_by")?;
    key.last_used_at = rows::stamp_if_any(row, "last_used_at")?;
    key.calls = rows::count(row, "calls")?;
    Ok(key)
}

fn scopes(row: &Row) -> Decoded<BTreeSet<KeyScope>> {
    let words: String = row.try_get("scopes")?;
    let scopes: Result<_, _> = words.split_whitespace().map(str::parse).collect();
    scopes.map_err(|error: billing_core::UnknownWord| rows::unreadable(row, "scopes", error.into()))
}

fn hash(row: &Row) -> Decoded<KeyHash> {
    let bytes: Vec<u8> = row.try_get("hash")?;
    let bytes: [u8; 32] =
        bytes.try_into().map_err(|_| rows::unreadable(row, "hash", "a hash has 32 bytes".into()))?;
    Ok(KeyHash::new(bytes))
}
