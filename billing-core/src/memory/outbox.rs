use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Deliveries, DeliveryOutcome, Message, MessageState, Outbox, OutboxEntry, OutboxQuery, StoreError,
};

/// Messages in memory.
#[derive(Debug, Default)]
pub struct MemoryOutbox(Mutex<BTreeMap<String, OutboxEntry>>);

impl MemoryOutbox {
    /// All messages, by key.
    pub fn messages(&self) -> Vec<Message> {
        self.lock().values().map(|entry| entry.message.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, OutboxEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves a message that was not delivered; `false` when there is none.
    fn move_undelivered(&self, key: &str, change: impl FnOnce(&mut OutboxEntry)) -> bool {
        match self.lock().get_mut(key) {
            Some(entry) if entry.state != MessageState::Delivered => {
                change(entry);
                true
            }
            _ => false,
        }
    }
}

#[async_trait]
impl Outbox for MemoryOutbox {
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError> {
        let mut messages = self.lock();
        let is_new = !messages.contains_key(&message.key);
        if is_new {
            messages.insert(message.key.clone(), OutboxEntry::new(message.clone()));
        }
        Ok(is_new)
    }
}

#[async_trait]
impl Deliveries for MemoryOutbox {
    async fn claim_message(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        let mut messages = self.lock();
        let due = messages
            .values_mut()
            .filter(|entry| entry.state == MessageState::Waiting && entry.next_try_at <= now)
            .min_by_key(|entry| entry.next_try_at);
        Ok(due.map(|entry| {
            entry.attempts += 1;
            (entry.next_try_at, entry.updated_at) = (until, now);
            entry.clone()
        }))
    }

    async fn settle_message(
        &self,
        key: &str,
        attempt: u32,
        outcome: &DeliveryOutcome,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut messages = self.lock();
        let taken =
            |entry: &&mut OutboxEntry| entry.state == MessageState::Waiting && entry.attempts == attempt;
        let Some(entry) = messages.get_mut(key).filter(taken) else { return Ok(false) };
        entry.state = outcome.state();
        entry.detail = outcome.reason().map(str::to_owned);
        if let DeliveryOutcome::PutOff { until, .. } = outcome {
            entry.next_try_at = *until;
        }
        entry.updated_at = now;
        Ok(true)
    }

    async fn message(&self, key: &str) -> Result<Option<OutboxEntry>, StoreError> {
        Ok(self.lock().get(key).cloned())
    }

    async fn list_messages(&self, query: &OutboxQuery) -> Result<Vec<OutboxEntry>, StoreError> {
        let mut entries: Vec<_> = self.lock().values().filter(|entry| query.admits(entry)).cloned().collect();
        entries.sort_by(|a, b| {
            let place = |entry: &OutboxEntry| (entry.message.created_at, entry.message.key.clone());
            place(b).cmp(&place(a))
        });
        entries.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        Ok(entries)
    }

    async fn retry_message(&self, key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.move_undelivered(key, |entry| {
            entry.state = MessageState::Waiting;
            // One who has it still settles nothing.
            entry.attempts += 1;
            (entry.next_try_at, entry.waiting_since, entry.updated_at) = (now, now, now);
        }))
    }

    async fn drop_message(&self, key: &str, reason: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.move_undelivered(key, |entry| {
            entry.state = MessageState::Dropped;
            entry.detail = Some(reason.to_owned());
            entry.updated_at = now;
        }))
    }

    async fn forget_messages(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        let mut messages = self.lock();
        let done = |entry: &OutboxEntry| {
            !matches!(entry.state, MessageState::Waiting | MessageState::GivenUp) && entry.updated_at < before
        };
        let old: Vec<_> = messages
            .iter()
            .filter(|(_, entry)| done(entry))
            .map(|(key, _)| key.clone())
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .collect();
        for key in &old {
            messages.remove(key);
        }
        Ok(u32::try_from(old.len()).unwrap_or(u32::MAX))
    }
}
