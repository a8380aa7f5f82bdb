use async_trait::async_trait;
use billing_core::{
    AccountId, Deliveries, DeliveryOutcome, Message, MessageState, OutboxEntry, OutboxQuery, StoreError,
};
use chrono::{DateTime, Utc};
use sqlx::{Row as _, query};

use super::{
    Query, Row, Store,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const CLAIM: &str = concat!(
    "UPDATE outbox SET attempts = attempts + 1, next_try_at = $2, updated_at = $1 WHERE key = \
    (SELECT key FROM outbox WHERE state = 'waiting' AND next_try_at <= $1 ORDER BY next_try_at LIMIT 1 ",
    for_update_skip_locked!(),
    ") RETURNING ",
    outbox_columns!()
);
const SETTLE: &str = "UPDATE outbox SET state = $3, detail = $4, next_try_at = COALESCE($5, next_try_at), \
    updated_at = $6 WHERE key = $1 AND attempts = $2 AND state = 'waiting'";
const GET: &str = concat!("SELECT ", outbox_columns!(), " FROM outbox WHERE key = $1");
const LIST: &str = concat!(
    "SELECT ",
    outbox_columns!(),
    " FROM outbox WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR account = $2) \
    ORDER BY created_at DESC, key DESC LIMIT $3"
);
/// The attempt is counted, so that one who has the message still settles nothing.
const RETRY: &str = "UPDATE outbox SET state = 'waiting', attempts = attempts + 1, next_try_at = $2, \
    waiting_since = $2, updated_at = $2 WHERE key = $1 AND state <> 'delivered'";
const DROP: &str = "UPDATE outbox SET state = 'dropped', detail = $3, updated_at = $2 WHERE key = $1 AND state <> 'delivered'";
/// Judged twice: one that is sent on its way again meanwhile is not forgotten.
const FORGET: &str = "DELETE FROM outbox WHERE state IN ('delivered', 'skipped', 'dropped') AND key IN \
    (SELECT key FROM outbox WHERE state IN ('delivered', 'skipped', 'dropped') AND updated_at < $1 \
    ORDER BY updated_at LIMIT $2)";

#[async_trait]
impl Deliveries for Store {
    async fn claim_message(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        loop {
            let claimed = retry(|| async {
                let claim = query(CLAIM).bind(Stamp(now)).bind(Stamp(until));
                Ok::<_, Failure<StoreError>>(claim.fetch_optional(self.writers()).await?)
            })
            .await?;
            let Some(row) = claimed else { return Ok(None) };
            // One that nobody here can read must not keep the others waiting; it is left for its lease.
            if let Some(entry) = read_if_possible(&row) {
                return Ok(Some(entry));
            }
        }
    }

    async fn settle_message(
        &self,
        key: &str,
        attempt: u32,
        outcome: &DeliveryOutcome,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let until = match outcome {
            DeliveryOutcome::PutOff { until, .. } => Some(Stamp(*until)),
            _ => None,
        };
        self.change_message(|| {
            query(SETTLE)
                .bind(key)
                .bind(i64::from(attempt))
                .bind(outcome.state().as_str())
                .bind(outcome.reason())
                .bind(until)
                .bind(Stamp(now))
        })
        .await
    }

    async fn message(&self, key: &str) -> Result<Option<OutboxEntry>, StoreError> {
        retry(|| async {
            let row = query(GET).bind(key).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }

    async fn list_messages(&self, asked: &OutboxQuery) -> Result<Vec<OutboxEntry>, StoreError> {
        retry(|| async {
            let found = query(LIST)
                .bind(asked.state.map(MessageState::as_str))
                .bind(asked.account.as_ref().map(AccountId::as_str))
                .bind(i64::from(asked.limit))
                .fetch_all(&mut *self.reader().await?)
                .await?;
            Ok::<_, Failure<StoreError>>(found.iter().filter_map(read_if_possible).collect())
        })
        .await
    }

    async fn retry_message(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.change_message(|| query(RETRY).bind(key).bind(Stamp(now))).await
    }

    async fn drop_message(&self, key: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.change_message(|| query(DROP).bind(key).bind(Stamp(now)).bind(reason)).await
    }

    async fn forget_messages(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        retry(|| async {
            let forget = query(FORGET).bind(Stamp(before)).bind(i64::from(limit));
            let forgotten = forget.execute(self.writers()).await?.rows_affected();
            Ok::<_, Failure<StoreError>>(u32::try_from(forgotten).unwrap_or(u32::MAX))
        })
        .await
    }
}

impl Store {
    async fn change_message<'q>(&self, statement: impl Fn() -> Query<'q>) -> Result<bool, StoreError> {
        retry(|| async {
            let changed = statement().execute(self.writers()).await?;
            Ok::<_, Failure<StoreError>>(changed.rows_affected() == 1)
        })
        .await
    }
}

/// A message; `None`, which is logged, when a later version has written what this one can't read.
fn read_if_possible(row: &Row) -> Option<OutboxEntry> {
    read(row)
        .inspect_err(|error| {
            let key: String = row.try_get("key").unwrap_or_default();
            tracing::error!(message.key = key, %error, "message {key} can't be read");
        })
        .ok()
}

fn read(row: &Row) -> Decoded<OutboxEntry> {
    let event: String = row.try_get("event")?;
    let event = serde_json::from_str(&event).map_err(|error| rows::unreadable(row, "event", error.into()))?;
    let key: String = row.try_get("key")?;
    let account = rows::account_id_if_any(row, "account")?;
    let mut entry = OutboxEntry::new(Message::new(key, account, event, rows::stamp(row, "created_at")?));
    entry.state = rows::word(row, "state")?;
    entry.attempts = rows::small_count(row, "attempts")?;
    entry.next_try_at = rows::stamp(row, "next_try_at")?;
    entry.waiting_since = rows::stamp(row, "waiting_since")?;
    entry.detail = row.try_get("detail")?;
    entry.updated_at = rows::stamp(row, "updated_at")?;
    Ok(entry)
}
