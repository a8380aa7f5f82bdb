use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;

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
}
