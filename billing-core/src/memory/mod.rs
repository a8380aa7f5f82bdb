//! Everything in memory: the shortest telling of each contract, for tests and for trying things out.
mod api_keys;
mod contacts;
mod inbox;
mod keys;
mod ledger;
mod outbox;
mod payments;
mod quotes;
mod rates;
mod refunds;
mod watch;

pub use api_keys::MemoryApiKeys;
pub use contacts::MemoryContacts;
pub use inbox::MemoryInbox;
pub use keys::MemoryIdempotencyKeys;
pub use ledger::MemoryLedger;
pub use outbox::MemoryOutbox;
pub use payments::MemoryPayments;
pub use quotes::MemoryQuotes;
pub use rates::MemoryRates;
pub use refunds::MemoryRefunds;
