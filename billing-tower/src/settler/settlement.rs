use std::time::Duration;

use billing_core::{Capture, Ledger, LedgerError, Void};
use tokio::time::{Instant, sleep, timeout};

/// How a hold is to end.
#[derive(Clone, Debug)]
pub(crate) enum Settlement {
    Capture(Capture),
    Void(Void),
}

impl Settlement {
    /// The longest that one attempt may take: a connection that hangs must not keep the rest waiting.
    const ATTEMPT: Duration = Duration::from_secs(10);
    const FIRST_PAUSE: Duration = Duration::from_millis(50);
    const LONGEST_PAUSE: Duration = Duration::from_secs(5);

    /// Ends the hold, asking again for as long as the ledger is out of reach and `patience` lasts.
    pub(crate) async fn settle(&self, ledger: &dyn Ledger, patience: Duration) -> Result<(), LedgerError> {
        let started_at = Instant::now();
        let mut pause = Self::FIRST_PAUSE;
        loop {
            let left = patience.saturating_sub(started_at.elapsed());
            let attempt = timeout(left.min(Self::ATTEMPT), self.attempt(ledger));
            let error = match attempt.await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(elapsed) => LedgerError::Unavailable(elapsed.into()),
            };
            if !error.is_retryable() || started_at.elapsed() + pause >= patience {
                return Err(error);
            }
            sleep(pause).await;
            pause = (pause * 2).min(Self::LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, ledger: &dyn Ledger) -> Result<(), LedgerError> {
        match self {
            Self::Capture(capture) => ledger.capture(capture.clone()).await.map(drop),
            Self::Void(void) => ledger.void(void.clone()).await,
        }
    }

    /// Tells the operator that the hold is left to expire; a capture among these is money not collected.
    pub(super) fn log_unsettled(&self, why: &dyn std::fmt::Display, error: Option<&LedgerError>) {
        let (hold, account, cost) = match self {
            Self::Capture(Capture { hold, account, amount, .. }) => (hold, account, Some(amount)),
            Self::Void(Void { hold, account, .. }) => (hold, account, None),
        };
        let error = error.map(|error| error as &(dyn std::error::Error + 'static));
        tracing::error!(
            hold.id = %hold, account.id = %account, ?cost, error,
            "hold {hold} of account {account} was not settled: {why}"
        );
    }
}
