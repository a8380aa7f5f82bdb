//! Webhooks to rows and back.
use billing_core::{StoreError, StoredWebhook, WebhookContent, WebhookRequest};
use bytes::Bytes;
use sqlx::Row as _;
use uuid::Uuid;

use super::{
    Row,
    rows::{self, Decoded},
};

/// What is stored as JSON.
pub(super) struct Texts {
    pub(super) headers: String,
    pub(super) content: Option<String>,
}

pub(super) fn texts(webhook: &StoredWebhook) -> Result<Texts, StoreError> {
    let written = || -> serde_json::Result<Texts> {
        Ok(Texts {
            headers: serde_json::to_string(&webhook.headers)?,
            content: webhook.content.as_ref().map(serde_json::to_string).transpose()?,
        })
    };
    written().map_err(|error| StoreError::Backend(error.into()))
}

pub(super) fn read(row: &Row) -> Decoded<StoredWebhook> {
    let body = Bytes::from(row.try_get::<Vec<u8>, _>("body")?);
    let received_at = rows::stamp(row, "received_at")?;
    let request = WebhookRequest::new(http::HeaderMap::new(), body, received_at);
    let mut webhook = StoredWebhook::new(
        row.try_get::<String, _>("gateway")?,
        row.try_get::<String, _>("event")?,
        row.try_get::<String, _>("kind")?,
        &request,
    );
    webhook.id = row.try_get::<Uuid, _>("id")?.into();
    webhook.headers = json(row, "headers")?.unwrap_or_default();
    // What another version has written and this one can't read is read again from the body.
    webhook.content = json::<WebhookContent>(row, "content").unwrap_or_default();
    webhook.state = rows::word(row, "state")?;
    webhook.detail = row.try_get("detail")?;
    webhook.deliveries = rows::small_count(row, "deliveries")?;
    webhook.attempts = rows::small_count(row, "attempts")?;
    webhook.next_try_at = rows::stamp_if_any(row, "next_try_at")?;
    webhook.updated_at = rows::stamp(row, "updated_at")?;
    Ok(webhook)
}

/// A JSON column, read as the text that was written.
fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Decoded<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    let read = text.map(|text| serde_json::from_str(&text)).transpose();
    read.map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: error.into() })
}
