use async_trait::async_trait;
use billing_core::{AccountId, Message, Outbox, StoreError};
use sqlx::query;

use super::Store;
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const ENQUEUE: &str = concat!(
    "INSERT INTO outbox (key, account, event, created_at, state, attempts, next_try_at, waiting_since, updated_at) \
    VALUES ($1, $2, ",
    as_json!("$3"),
    ", $4, 'waiting', 0, $4, $4, $4) ON CONFLICT (key) DO NOTHING"
);

#[async_trait]
impl Outbox for Store {
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError> {
        let event =
            serde_json::to_string(&message.event).map_err(|error| StoreError::Backend(error.into()))?;
        retry(|| async {
            let stored = query(ENQUEUE)
                .bind(message.key.as_str())
                .bind(message.account.as_ref().map(AccountId::as_str))
                .bind(event.as_str())
                .bind(Stamp(message.created_at))
                .execute(self.writers())
                .await?;
            Ok::<_, Failure<StoreError>>(stored.rows_affected() == 1)
        })
        .await
    }
}
