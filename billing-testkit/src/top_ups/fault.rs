//! A fault that strikes one write.
use std::sync::atomic::{AtomicU32, Ordering};

use billing_core::{LedgerError, StoreError};

/// Fails one write of several stores.
#[derive(Debug)]
pub(super) struct Fault {
    writes: AtomicU32,
    fatal: u32,
    after: bool,
}

impl Fault {
    /// Of the `fatal`th write from now on, before or after it was done.
    pub(super) fn new(fatal: u32, after: bool) -> Self {
        Self { writes: AtomicU32::new(0), fatal, after }
    }

    pub(super) async fn strike<T, E: Away>(&self, write: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let fatal = self.writes.fetch_add(1, Ordering::SeqCst) == self.fatal;
        if fatal && !self.after {
            return Err(E::away());
        }
        let answer = write.await;
        if fatal { Err(E::away()) } else { answer }
    }
}

/// An error that says that nobody knows the outcome.
pub(super) trait Away {
    fn away() -> Self;
}

impl Away for StoreError {
    fn away() -> Self {
        Self::Unavailable("struck by the test".into())
    }
}

impl Away for LedgerError {
    fn away() -> Self {
        Self::Unavailable("struck by the test".into())
    }
}
