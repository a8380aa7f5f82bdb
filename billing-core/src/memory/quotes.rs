use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{Quote, QuoteId, QuoteStore, StoreError};

/// Quotes in memory.
#[derive(Debug, Default)]
pub struct MemoryQuotes(Mutex<HashMap<QuoteId, Quote>>);

#[async_trait]
impl QuoteStore for MemoryQuotes {
    async fn insert_quote(&self, quote: &Quote) -> Result<(), StoreError> {
        let mut quotes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        quotes.entry(quote.id).or_insert_with(|| quote.clone());
        Ok(())
    }

    async fn quote(&self, id: QuoteId) -> Result<Option<Quote>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned())
    }

    /// Those that payments were started with, too: a payment carries its rate itself.
    async fn forget_quotes(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        let mut quotes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = quotes.values().filter(|quote| quote.valid_until < before).map(|quote| quote.id);
        let old: Vec<_> = old.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        for id in &old {
            quotes.remove(id);
        }
        Ok(u32::try_from(old.len()).unwrap_or(u32::MAX))
    }
}
