use async_trait::async_trait;
use billing_core::{
    Inbox, InboxQuery, MOST_REJECTED_AN_HOUR, StoreError, StoredWebhook, WebhookId, WebhookState,
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::query;

use super::{
    Query, Store,
    rows::Decoded,
    webhook_rows::{self, read},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const STORE: &str = concat!(
    "INSERT INTO webhook_inbox (id, gateway, event, kind, headers, body, content, state, detail, deliveries, attempts, \
    next_try_at, received_at, updated_at) VALUES ($1, $2, $3, $4, ",
    as_json!("$5"),
    ", $6, ",
    as_json!("$7"),
    ", $8, $9, 1, 0, $10, $11, $11) \
    ON CONFLICT (gateway, event) DO UPDATE SET deliveries = webhook_inbox.deliveries + 1 RETURNING ",
    webhook_columns!()
);
/// Strangers may send as many as they like; only so many of an hour are kept.
const STORE_REJECTED: &str = concat!(
    "INSERT INTO webhook_inbox (id, gateway, event, kind, headers, body, content, state, detail, deliveries, attempts, \
    next_try_at, received_at, updated_at) SELECT $1, $2, $3, $4, ",
    as_json!("$5"),
    ", $6, ",
    as_json!("$7"),
    ", $8, $9, 1, 0, $10, $11, $11 WHERE \
    (SELECT count(*) FROM webhook_inbox WHERE gateway = $2 AND state = 'rejected' AND received_at > $12) < $13"
);
const SETTLE: &str =
    "UPDATE webhook_inbox SET state = $2, detail = $3, next_try_at = NULL, updated_at = $4 WHERE id = $1";
/// A webhook that another delivery has applied meanwhile stays applied.
const PUT_OFF: &str = "UPDATE webhook_inbox SET \
    attempts = CASE WHEN state IN ('applied', 'ignored') THEN attempts ELSE attempts + 1 END, \
    detail = CASE WHEN state IN ('applied', 'ignored') THEN detail ELSE $2 END, \
    next_try_at = CASE WHEN state IN ('applied', 'ignored') THEN next_try_at ELSE $3 END, updated_at = $4 WHERE id = $1";
const DUE: &str = concat!(
    "SELECT ",
    webhook_columns!(),
    " FROM webhook_inbox WHERE state = 'received' AND next_try_at <= $1 ORDER BY next_try_at LIMIT $2 ",
    for_update_skip_locked!()
);
const LEASE: &str = "UPDATE webhook_inbox SET next_try_at = $2 WHERE id = $1";
const GET: &str = concat!("SELECT ", webhook_columns!(), " FROM webhook_inbox WHERE id = $1");
const LIST: &str = concat!(
    "SELECT ",
    webhook_columns!(),
    " FROM webhook_inbox WHERE ($1 IS NULL OR gateway = $1) AND ($2 IS NULL OR state = $2) \
    AND ($3 IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
);
const FORGET: &str = "DELETE FROM webhook_inbox WHERE id IN (SELECT id FROM webhook_inbox \
    WHERE received_at < $1 AND state <> 'received' AND ($3 IS NULL OR state = $3) ORDER BY received_at LIMIT $2)";

#[async_trait]
impl Inbox for Store {
    async fn store_webhook(&self, webhook: &StoredWebhook) -> Result<StoredWebhook, StoreError> {
        let texts = webhook_rows::texts(webhook)?;
        retry(|| async {
            let row = with_webhook(STORE, webhook, &texts).fetch_one(self.writers()).await?;
            Ok::<_, Failure<StoreError>>(read(&row)?)
        })
        .await
    }

    async fn store_rejected(&self, webhook: &StoredWebhook) -> Result<bool, StoreError> {
        let texts = webhook_rows::texts(webhook)?;
        retry(|| async {
            let stored = with_webhook(STORE_REJECTED, webhook, &texts)
                .bind(Stamp(webhook.received_at - TimeDelta::hours(1)))
                .bind(i64::from(MOST_REJECTED_AN_HOUR))
                .execute(self.writers())
                .await?;
            Ok::<_, Failure<StoreError>>(stored.rows_affected() == 1)
        })
        .await
    }

    async fn settle_webhook(
        &self,
        id: WebhookId,
        state: WebhookState,
        detail: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.change_webhook(id, || {
            query(SETTLE).bind(id.as_uuid()).bind(state.as_str()).bind(detail).bind(Stamp(now))
        })
        .await
    }

    async fn put_off_webhook(
        &self,
        id: WebhookId,
        detail: &str,
        next_try_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.change_webhook(id, || {
            query(PUT_OFF).bind(id.as_uuid()).bind(detail).bind(next_try_at.map(Stamp)).bind(Stamp(now))
        })
        .await
    }

    async fn due_webhooks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let found =
                query(DUE).bind(Stamp(now)).bind(i64::from(limit)).fetch_all(&mut *transaction).await?;
            let mut due = found.iter().map(read).collect::<Decoded<Vec<_>>>()?;
            for webhook in &mut due {
                query(LEASE).bind(webhook.id.as_uuid()).bind(Stamp(until)).execute(&mut *transaction).await?;
                webhook.next_try_at = Some(until);
            }
            transaction.commit().await?;
            Ok::<_, Failure<StoreError>>(due)
        })
        .await
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<StoredWebhook>, StoreError> {
        retry(|| async {
            let row = query(GET).bind(id.as_uuid()).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }

    async fn list_webhooks(&self, asked: &InboxQuery) -> Result<Vec<StoredWebhook>, StoreError> {
        retry(|| async {
            let found = query(LIST)
                .bind(asked.gateway.as_deref())
                .bind(asked.state.map(WebhookState::as_str))
                .bind(asked.before.map(WebhookId::as_uuid))
                .bind(i64::from(asked.limit))
                .fetch_all(&mut *self.reader().await?)
                .await?;
            Ok::<_, Failure<StoreError>>(found.iter().map(read).collect::<Decoded<Vec<_>>>()?)
        })
        .await
    }

    async fn forget_webhooks(
        &self,
        state: Option<WebhookState>,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u32, StoreError> {
        retry(|| async {
            let forgotten = query(FORGET)
                .bind(Stamp(before))
                .bind(i64::from(limit))
                .bind(state.map(WebhookState::as_str))
                .execute(self.writers())
                .await?;
            Ok::<_, Failure<StoreError>>(u32::try_from(forgotten.rows_affected()).unwrap_or(u32::MAX))
        })
        .await
    }
}

impl Store {
    async fn change_webhook<'q>(
        &self,
        id: WebhookId,
        statement: impl Fn() -> Query<'q>,
    ) -> Result<(), StoreError> {
        retry(|| async {
            let changed = statement().execute(self.writers()).await?;
            if changed.rows_affected() == 1 {
                return Ok(());
            }
            Err(Failure::from(StoreError::WebhookNotFound { id }))
        })
        .await
    }
}

/// A statement with a whole webhook, as `$1` to `$11`.
fn with_webhook<'q>(
    statement: &'static str,
    webhook: &'q StoredWebhook,
    texts: &'q webhook_rows::Texts,
) -> Query<'q> {
    query(statement)
        .bind(webhook.id.as_uuid())
        .bind(webhook.gateway.as_str())
        .bind(webhook.event.as_str())
        .bind(webhook.kind.as_str())
        .bind(texts.headers.as_str())
        .bind(webhook.body.as_ref())
        .bind(texts.content.as_deref())
        .bind(webhook.state.as_str())
        .bind(webhook.detail.as_deref())
        .bind(webhook.next_try_at.map(Stamp))
        .bind(Stamp(webhook.received_at))
}
