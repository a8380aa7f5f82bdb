use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// How long a connection is kept for the next letter. Servers wait for minutes, at least (RFC 5321, 4.5.3.2.7).
const KEPT: Duration = Duration::from_mins(1);

/// Connections that wait for the next letter, and how many there may be at once.
pub(super) struct Pool {
    places: Semaphore,
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl Pool {
    pub(super) fn new(most: usize) -> Self {
        Self { places: Semaphore::new(most), idle: Mutex::default() }
    }

    /// Waits until one more connection may be used.
    pub(super) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.places.acquire().await.ok()
    }

    /// The connection that was used last. What has waited for too long is dropped.
    pub(super) fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < KEPT);
        idle.pop().map(|(_, connection)| connection)
    }

    /// Keeps a connection on which a letter was handed over.
    pub(super) fn give_back(&self, connection: AsyncSmtpConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), connection));
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}
