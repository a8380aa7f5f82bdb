//! Everything in memory: the shortest telling of each contract, for tests and for trying things out.
mod keys;
mod ledger;
mod outbox;
mod payments;

pub use keys::MemoryIdempotencyKeys;
pub use ledger::MemoryLedger;
pub use outbox::MemoryOutbox;
pub use payments::MemoryPayments;
