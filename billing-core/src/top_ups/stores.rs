use std::sync::Arc;

use crate::{
    Inbox, Ledger, MemoryInbox, MemoryLedger, MemoryOutbox, MemoryPayments, MemoryQuotes, MemoryRefunds,
    Outbox, PaymentStore, QuoteStore, RefundStore,
};

/// Everything that top-ups are kept in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stores {
    /// Where money goes.
    pub ledger: Arc<dyn Ledger>,
    /// Where payments are kept.
    pub payments: Arc<dyn PaymentStore>,
    /// Where refunds that operators ask for are kept.
    pub refunds: Arc<dyn RefundStore>,
    /// Where quotes are kept.
    pub quotes: Arc<dyn QuoteStore>,
    /// Where webhooks are kept.
    pub inbox: Arc<dyn Inbox>,
    /// Where messages go.
    pub outbox: Arc<dyn Outbox>,
}

impl Stores {
    /// One store for everything, such as a database.
    pub fn of<S>(store: &Arc<S>) -> Self
    where
        S: Ledger + PaymentStore + RefundStore + QuoteStore + Inbox + Outbox,
    {
        Self {
            ledger: Arc::<S>::clone(store),
            payments: Arc::<S>::clone(store),
            refunds: Arc::<S>::clone(store),
            quotes: Arc::<S>::clone(store),
            inbox: Arc::<S>::clone(store),
            outbox: Arc::<S>::clone(store),
        }
    }

    /// Everything in memory, beside a ledger in memory.
    pub fn in_memory(ledger: MemoryLedger) -> Self {
        Self {
            ledger: Arc::new(ledger),
            payments: Arc::new(MemoryPayments::default()),
            refunds: Arc::new(MemoryRefunds::default()),
            quotes: Arc::new(MemoryQuotes::default()),
            inbox: Arc::new(MemoryInbox::default()),
            outbox: Arc::new(MemoryOutbox::default()),
        }
    }
}
