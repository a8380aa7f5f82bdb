//! Those who bring notifications to their readers, in every replica. They stop between two of them, so that a server that
//! is told to stop tells nobody twice.
use std::{sync::Arc, time::Duration};

use billing_core::{DeliveryOutcome, Dispatched};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{App, DatabaseState, error::chain};

/// In one process; mail servers take few connections of one client.
const COURIERS: usize = 2;
/// After nothing was to be delivered.
const PAUSE: Duration = Duration::from_secs(1);

/// The couriers of one process.
#[derive(Debug)]
pub(crate) struct Couriers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Couriers {
    /// They begin once the database is there.
    pub(crate) fn start(app: &Arc<App>) -> Self {
        let (stop, mut tasks) = (watch::Sender::new(false), JoinSet::new());
        for _ in 0..COURIERS {
            tasks.spawn(Courier { app: Arc::clone(app), is_failing: false }.run(stop.subscribe()));
        }
        Self { stop, tasks }
    }

    /// Lets them finish what they carry, at most for `within`.
    pub(crate) async fn stop(mut self, within: Duration) {
        self.stop.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(within, all).await.is_err() {
            tracing::warn!("a notification was still on its way; it is delivered again");
        }
    }
}

struct Courier {
    app: Arc<App>,
    /// Trouble is told once for as long as it lasts.
    is_failing: bool,
}

impl Courier {
    async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if self.deliver().await {
                continue;
            }
            tokio::select! {
                // An error means that the sender is gone, which is a reason to stop, too.
                _ = stop.wait_for(|stop| *stop) => {}
                () = sleep(PAUSE) => {}
            }
        }
    }

    /// Delivers one notification; `false` when there is nothing to do for now.
    async fn deliver(&mut self) -> bool {
        if self.app.database() != DatabaseState::Ready {
            return false;
        }
        match self.app.dispatcher.deliver_next().await {
            Ok(Some(dispatched)) => {
                self.note(&dispatched);
                true
            }
            Ok(None) => false,
            Err(error) => {
                self.fail(&chain(&error));
                false
            }
        }
    }

    fn note(&mut self, Dispatched { key, kind, outcome, .. }: &Dispatched) {
        match outcome {
            DeliveryOutcome::Delivered => {
                self.is_failing = false;
                tracing::info!(message.key = key, kind, "notification delivered: {key}");
            }
            DeliveryOutcome::PutOff { reason, .. } => self.fail(reason),
            DeliveryOutcome::GivenUp { reason } => {
                tracing::error!(message.key = key, kind, "notification given up: {key}: {reason}");
            }
            DeliveryOutcome::Skipped { reason } => {
                tracing::debug!(message.key = key, kind, "notification skipped: {key}: {reason}");
            }
            _ => {}
        }
    }

    fn fail(&mut self, reason: &str) {
        if !self.is_failing {
            tracing::warn!("notifications can't be delivered for now: {reason}");
        }
        self.is_failing = true;
    }
}
