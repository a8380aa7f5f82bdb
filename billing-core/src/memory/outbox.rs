use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{Message, Outbox, StoreError};

/// Messages in memory.
#[derive(Debug, Default)]
pub struct MemoryOutbox(Mutex<BTreeMap<String, Message>>);

impl MemoryOutbox {
    /// All messages, by key.
    pub fn messages(&self) -> Vec<Message> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Message>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Outbox for MemoryOutbox {
    async fn enqueue(&self, message: &Message) -> Result<bool, StoreError> {
        let mut messages = self.lock();
        let is_new = !messages.contains_key(&message.key);
        if is_new {
            messages.insert(message.key.clone(), message.clone());
        }
        Ok(is_new)
    }
}
