use std::{error::Error, sync::Arc, time::Duration};

use billing_core::{HoldId, Ledger, LedgerError};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{Shared, spool::Line};
use crate::settler::{End, Pause};

/// The task that charges what was [let through](super::FailOpen). Dropped, it stops; what is in the file is charged by
/// the next process.
#[derive(Debug)]
#[must_use = "calls that were let through are charged by this task"]
pub struct FailOpenTask {
    shared: Arc<Shared>,
    ledger: Arc<dyn Ledger>,
    task: JoinHandle<()>,
}

impl FailOpenTask {
    pub(super) fn start(shared: Arc<Shared>, ledger: Arc<dyn Ledger>) -> Self {
        let task = tokio::spawn(replay(Arc::clone(&shared), Arc::clone(&ledger)));
        Self { shared, ledger, task }
    }

    /// Charges what is left, at most for `within`; then what could not be charged stays in the file. Call it after the
    /// settler has been drained. Answers how many calls are left.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the rest in the file.
    pub async fn drain(self, within: Duration) -> usize {
        self.task.abort();
        let settled = async {
            let mut pause = Pause::default();
            while !self.shared.settle_ended(&self.ledger).await {
                sleep(pause.next()).await;
            }
        };
        // Whoever comes next goes on.
        let _ = timeout(within, settled).await;
        let left = self.shared.lock().calls.len();
        if left > 0 {
            tracing::warn!(left, "{left} calls that were let through are left to the next process");
        }
        left
    }
}

impl Drop for FailOpenTask {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn replay(shared: Arc<Shared>, ledger: Arc<dyn Ledger>) {
    let mut pause = Pause::default();
    loop {
        if shared.settle_ended(&ledger).await {
            pause = Pause::default();
            shared.ended.notified().await;
        } else {
            sleep(pause.next()).await;
        }
    }
}

impl Shared {
    /// The longest that one attempt may take.
    const ATTEMPT: Duration = Duration::from_secs(10);

    /// Charges the calls that have ended; whether none of them is left. Only what the ledger can never take is given up.
    async fn settle_ended(self: &Arc<Self>, ledger: &Arc<dyn Ledger>) -> bool {
        let mut all_settled = true;
        for (hold, end) in self.ended_calls() {
            let ledger = Arc::clone(ledger);
            // A ledger that panics costs its own attempt only.
            let attempt = tokio::spawn(async move { timeout(Self::ATTEMPT, end.carry_out(&*ledger)).await });
            match attempt.await {
                Ok(Ok(Ok(_))) => {
                    tracing::info!(hold.id = %hold, "call under hold {hold} was let through and is settled");
                }
                Ok(Err(_elapsed)) => return false,
                Ok(Ok(Err(error))) if error.is_retryable() => return false,
                Ok(Ok(Err(error @ LedgerError::Backend(_)))) => {
                    log_unsettled(hold, "is tried again", &error);
                    all_settled = false;
                    continue;
                }
                Err(panic) => {
                    log_unsettled(hold, "is tried again", &panic);
                    all_settled = false;
                    continue;
                }
                Ok(Ok(Err(error))) => log_unsettled(hold, "can't be charged", &error),
            }
            self.settled(hold).await;
        }
        all_settled
    }

    fn ended_calls(&self) -> Vec<(HoldId, End)> {
        let state = self.lock();
        state.calls.iter().filter_map(|(hold, call)| Some((*hold, call.end.clone()?))).collect()
    }

    /// Makes room under the bound. Settled twice, after a crash, is settled once: the hold's id sees to that.
    async fn settled(self: &Arc<Self>, hold: HoldId) {
        if let Err(error) = self.spool.append(Line::Settled { hold }).await {
            tracing::error!("a settled call can't be written down: {error}");
        }
        self.forget(hold);
        Arc::clone(&self.spool).clear_if(Arc::clone(self), |shared| shared.lock().calls.is_empty()).await;
    }
}

fn log_unsettled(hold: HoldId, outcome: &str, error: &(dyn Error + 'static)) {
    tracing::error!(hold.id = %hold, error, "call under hold {hold} was let through and {outcome}");
}
