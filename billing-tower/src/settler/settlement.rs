use std::time::Duration;

use billing_core::{Capture, Ledger, LedgerError, Money, Void};
use tokio::time::{Instant, sleep, timeout};

/// How a hold is to end.
#[derive(Clone, Debug)]
pub(crate) enum End {
    Capture(Capture),
    Void(Void),
}

impl End {
    /// The longest that one attempt may take: a connection that hangs must not keep the rest waiting.
    const ATTEMPT: Duration = Duration::from_secs(10);

    /// Settles, asking again for as long as the ledger is out of reach and `patience` lasts. Answers what was charged.
    pub(crate) async fn settle(
        &self,
        ledger: &dyn Ledger,
        patience: Duration,
    ) -> Result<Option<Money>, LedgerError> {
        let started_at = Instant::now();
        let mut pause = Pause::default();
        loop {
            let left = patience.saturating_sub(started_at.elapsed());
            let error = match timeout(left.min(Self::ATTEMPT), self.carry_out(ledger)).await {
                Ok(Ok(charged)) => return Ok(charged),
                Ok(Err(error)) => error,
                Err(elapsed) => LedgerError::Unavailable(elapsed.into()),
            };
            let pause = pause.next();
            if !error.is_retryable() || started_at.elapsed() + pause >= patience {
                return Err(error);
            }
            sleep(pause).await;
        }
    }

    /// Ends the hold, and answers what was charged.
    pub(crate) async fn carry_out(&self, ledger: &dyn Ledger) -> Result<Option<Money>, LedgerError> {
        match self {
            Self::Capture(capture) => {
                ledger.capture(capture.clone()).await.map(|posting| Some(posting.amount))
            }
            Self::Void(void) => ledger.void(void.clone()).await.map(|()| None),
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

/// How long to wait before the next attempt: longer each time.
#[derive(Debug)]
pub(crate) struct Pause(Duration);

impl Pause {
    const LONGEST: Duration = Duration::from_secs(5);

    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(Self::LONGEST);
        pause
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_millis(50))
    }
}
