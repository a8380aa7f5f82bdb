use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::{Inbox, InboxQuery, MOST_REJECTED_AN_HOUR, StoreError, StoredWebhook, WebhookId, WebhookState};

/// Webhooks in memory.
#[derive(Debug, Default)]
pub struct MemoryInbox(Mutex<BTreeMap<WebhookId, StoredWebhook>>);

impl MemoryInbox {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<WebhookId, StoredWebhook>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: WebhookId, change: impl FnOnce(&mut StoredWebhook)) -> Result<(), StoreError> {
        let mut webhooks = self.lock();
        change(webhooks.get_mut(&id).ok_or(StoreError::WebhookNotFound { id })?);
        Ok(())
    }
}

#[async_trait]
impl Inbox for MemoryInbox {
    async fn store_webhook(&self, webhook: &StoredWebhook) -> Result<StoredWebhook, StoreError> {
        let mut webhooks = self.lock();
        let same =
            |known: &&mut StoredWebhook| (&known.gateway, &known.event) == (&webhook.gateway, &webhook.event);
        if let Some(known) = webhooks.values_mut().find(same) {
            known.deliveries += 1;
            return Ok(known.clone());
        }
        webhooks.insert(webhook.id, webhook.clone());
        Ok(webhook.clone())
    }

    async fn store_rejected(&self, webhook: &StoredWebhook) -> Result<bool, StoreError> {
        let mut webhooks = self.lock();
        let since = webhook.received_at - TimeDelta::hours(1);
        let recent = webhooks.values().filter(|known| {
            known.gateway == webhook.gateway
                && known.state == WebhookState::Rejected
                && known.received_at > since
        });
        let has_room = recent.count() < usize::try_from(MOST_REJECTED_AN_HOUR).unwrap_or(usize::MAX);
        if has_room {
            webhooks.insert(webhook.id, webhook.clone());
        }
        Ok(has_room)
    }

    async fn settle_webhook(
        &self,
        id: WebhookId,
        state: WebhookState,
        detail: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.change(id, |webhook| {
            webhook.state = state;
            webhook.detail = detail.map(str::to_owned);
            webhook.next_try_at = None;
            webhook.updated_at = now;
        })
    }

    async fn put_off_webhook(
        &self,
        id: WebhookId,
        detail: &str,
        next_try_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.change(id, |webhook| {
            if webhook.state.is_done() {
                return;
            }
            webhook.attempts += 1;
            webhook.detail = Some(detail.to_owned());
            webhook.next_try_at = next_try_at;
            webhook.updated_at = now;
        })
    }

    async fn due_webhooks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredWebhook>, StoreError> {
        let mut webhooks = self.lock();
        let mut due: Vec<_> = webhooks
            .values_mut()
            .filter(|webhook| webhook.state == WebhookState::Received)
            .filter_map(|webhook| Some((webhook.next_try_at?, webhook)))
            .filter(|(at, _)| *at <= now)
            .collect();
        due.sort_by_key(|(at, _)| *at);
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let put_off = |(_, webhook): (_, &mut StoredWebhook)| {
            webhook.next_try_at = Some(until);
            webhook.clone()
        };
        Ok(due.into_iter().map(put_off).collect())
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<StoredWebhook>, StoreError> {
        Ok(self.lock().get(&id).cloned())
    }

    async fn list_webhooks(&self, query: &InboxQuery) -> Result<Vec<StoredWebhook>, StoreError> {
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let webhooks = self.lock();
        let wanted = webhooks.values().rev().filter(|webhook| query.admits(webhook));
        Ok(wanted.take(limit).cloned().collect())
    }

    async fn forget_webhooks(
        &self,
        state: Option<WebhookState>,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let mut webhooks = self.lock();
        let old = |webhook: &&StoredWebhook| {
            webhook.received_at < before
                && webhook.state != WebhookState::Received
                && state.is_none_or(|state| state == webhook.state)
        };
        let ids: Vec<_> = webhooks.values().filter(old).map(|webhook| webhook.id).collect();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let forgotten: Vec<_> = ids.into_iter().take(limit).filter_map(|id| webhooks.remove(&id)).collect();
        Ok(u32::try_from(forgotten.len()).unwrap_or(u32::MAX))
    }
}
