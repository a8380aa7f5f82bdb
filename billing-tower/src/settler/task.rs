use std::{future::pending, sync::Arc, time::Duration};

use billing_core::Ledger;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinError, JoinSet},
};

use super::{End, Keeper};

/// How far the shutdown is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Calls come and go.
    Open,
    /// No new call gets a place; what is queued or still running is settled.
    Draining,
    /// The time is up.
    Over,
}

/// Works the queue off, several settlements at once.
pub(super) struct Task {
    ledger: Arc<dyn Ledger>,
    queue: mpsc::Receiver<End>,
    phase: watch::Receiver<Phase>,
    running: JoinSet<bool>,
    /// Ends with this task.
    _keeper: JoinSet<()>,
    unsettled: usize,
}

impl Task {
    /// How many settlements are under way at once.
    const PARALLEL: usize = 16;
    /// How long one settlement is tried: longer than databases are usually away.
    const PATIENCE: Duration = Duration::from_hours(1);

    pub(super) fn new(
        ledger: Arc<dyn Ledger>,
        queue: mpsc::Receiver<End>,
        phase: watch::Receiver<Phase>,
        keeper: Keeper,
    ) -> Self {
        let mut keeping = JoinSet::new();
        keeping.spawn(keeper.run(Arc::clone(&ledger)));
        Self { ledger, queue, phase, running: JoinSet::new(), _keeper: keeping, unsettled: 0 }
    }

    /// Ends with the number of holds that were not settled.
    pub(super) async fn run(mut self) -> usize {
        let mut open = true;
        while open || !self.running.is_empty() {
            let room = self.running.len() < Self::PARALLEL;
            tokio::select! {
                () = reached(self.phase.clone(), Phase::Draining), if !self.queue.is_closed() => self.queue.close(),
                () = reached(self.phase.clone(), Phase::Over) => break,
                Some(ended) = self.running.join_next() => self.count(ended),
                next = self.queue.recv(), if open && room => match next {
                    Some(settlement) => self.begin(settlement),
                    None => open = false,
                },
            }
        }
        self.give_up().await;
        self.unsettled
    }

    fn begin(&mut self, settlement: End) {
        let (ledger, phase) = (Arc::clone(&self.ledger), self.phase.clone());
        self.running.spawn(async move {
            tokio::select! {
                outcome = settlement.settle(&*ledger, Self::PATIENCE) => {
                    if let Err(error) = &outcome {
                        settlement.log_unsettled(error, Some(error));
                    }
                    outcome.is_ok()
                }
                () = reached(phase, Phase::Over) => {
                    settlement.log_unsettled(&"the time to drain is over", None);
                    false
                }
            }
        });
    }

    fn count(&mut self, ended: Result<bool, JoinError>) {
        let settled = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a hold was not settled: the ledger panicked");
            false
        });
        self.unsettled += usize::from(!settled);
    }

    /// Accounts for what is left at the end of the time: under way, queued, and calls that still run.
    async fn give_up(&mut self) {
        while let Some(ended) = self.running.join_next().await {
            self.count(ended);
        }
        self.unsettled += self.queue.max_capacity() - self.queue.capacity();
        while let Ok(settlement) = self.queue.try_recv() {
            settlement.log_unsettled(&"the time to drain is over", None);
        }
    }
}

/// Ends when `phase` is reached; never, when nobody is left to drain the task.
async fn reached(mut phases: watch::Receiver<Phase>, phase: Phase) {
    if phases.wait_for(|now| *now >= phase).await.is_err() {
        pending::<()>().await;
    }
}
