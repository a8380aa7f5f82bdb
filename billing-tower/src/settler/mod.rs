//! Settling what nobody waits for.
mod keeper;
mod settlement;
mod task;

use std::{sync::Arc, time::Duration};

use billing_core::Ledger;
pub(crate) use keeper::{Keeper, Kept};
pub(crate) use settlement::{End, Pause};
use tokio::{
    sync::{
        mpsc::{self, OwnedPermit},
        watch,
    },
    task::JoinHandle,
    time::timeout,
};

use self::task::{Phase, Task};

/// A place in the queue. Sending through it neither waits nor fails, so it works while something is dropped.
pub(crate) type Place = OwnedPermit<End>;

/// Settles the holds of calls that nobody waits for: those that failed, or whose client has gone.
///
/// Every billed call takes a place in its bounded queue *before* any money is held and keeps it until the hold is
/// settled. So no settlement is ever lost to a full queue: new calls wait for a place instead, and are refused with 503
/// after a few seconds.
///
/// While the ledger is out of reach, a settlement is repeated with the same ids for up to an hour, then logged as an
/// error and left to expire.
///
/// It also keeps the holds of calls alive that last longer than their holds: each is extended at half of its life.
#[derive(Clone, Debug)]
pub struct Settler {
    ledger: Arc<dyn Ledger>,
    places: mpsc::Sender<End>,
    keeper: Keeper,
}

impl Settler {
    /// The longest that a call waits for a place.
    const PLACE_TIMEOUT: Duration = Duration::from_secs(5);

    /// Starts settling on `ledger`, with `capacity` places: the most calls that are billed at once, at least one.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(ledger: Arc<dyn Ledger>, capacity: usize) -> (Self, SettlerTask) {
        let (places, queue) = mpsc::channel(capacity.max(1));
        let (phase, phases) = watch::channel(Phase::Open);
        let keeper = Keeper::default();
        let task = Task::new(Arc::clone(&ledger), queue, phases, keeper.clone());
        let task = tokio::spawn(task.run());
        (Self { ledger, places, keeper }, SettlerTask { phase, task })
    }

    pub(crate) fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// Waits for a place; `None` when there is none in time, or none any more.
    pub(crate) async fn place(&self) -> Option<Place> {
        let place = timeout(Self::PLACE_TIMEOUT, self.places.clone().reserve_owned()).await;
        place.ok()?.ok()
    }
}

/// The task behind a [`Settler`]. It runs until it is drained, or until nothing is left that could settle through it.
#[derive(Debug)]
#[must_use = "holds that are still queued at shutdown are settled by `drain`"]
pub struct SettlerTask {
    phase: watch::Sender<Phase>,
    task: JoinHandle<usize>,
}

impl SettlerTask {
    /// Lets no new call in, waits for those that run, and settles what is queued: at most for `within`. Call it after
    /// the server has stopped serving.
    ///
    /// # Errors
    /// [`Unsettled`] counts the holds that are left to expire. Each one in the queue is logged as an error.
    ///
    /// # Cancel safety
    /// Dropping the future ends the waiting only: the task goes on until everything is settled.
    ///
    /// # Panics
    /// If the task has. A ledger that panics costs its own settlement only.
    pub async fn drain(mut self, within: Duration) -> Result<(), Unsettled> {
        self.phase.send_replace(Phase::Draining);
        let ended = match timeout(within, &mut self.task).await {
            Ok(ended) => ended,
            Err(_elapsed) => {
                self.phase.send_replace(Phase::Over);
                self.task.await
            }
        };
        match ended {
            Ok(0) => Ok(()),
            Ok(holds) => Err(Unsettled { holds }),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

/// Some holds could not be settled and are left to expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{holds} holds were not settled and are left to expire")]
#[non_exhaustive]
pub struct Unsettled {
    /// How many.
    pub holds: usize,
}
