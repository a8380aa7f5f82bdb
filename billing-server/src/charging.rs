//! What stands before paid calls, and what has to be brought to its end after them.
use std::{sync::Arc, time::Duration};

use billing_core::{CostEstimator, Profiles};
use billing_tower::{ChargeLayer, FailOpen, FailOpenTask, Mode, Settler, SettlerTask};

use crate::{App, BoxError};

/// Paid calls at once, at most: each keeps a place for its settlement.
const MOST_PAID_CALLS: usize = 4_096;

/// The means to charge calls.
#[derive(Clone, Debug)]
pub(crate) struct Charging {
    settler: Settler,
    mode: Mode,
    fail_open: Option<FailOpen>,
    profiles: Profiles,
    topup_url: String,
}

/// What goes on behind the calls.
#[derive(Debug)]
pub(crate) struct ChargingTasks {
    settling: SettlerTask,
    replaying: Option<FailOpenTask>,
}

impl Charging {
    /// Starts what goes on behind the calls.
    ///
    /// # Errors
    /// When the file of calls that were let through can't be used.
    pub(crate) async fn start(app: &App) -> Result<(Self, ChargingTasks), BoxError> {
        let preflight = &app.preflight;
        let ledger = Arc::clone(&app.watchful);
        let (fail_open, replaying) = match preflight.fail_open {
            None => (None, None),
            Some(most) => {
                if let Some(folder) = preflight.spool.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                let (fail_open, task) = FailOpen::open(&preflight.spool, most, Arc::clone(&ledger)).await?;
                (Some(fail_open), Some(task))
            }
        };
        let (settler, settling) = Settler::start(ledger, MOST_PAID_CALLS);
        let (mode, topup_url) = (preflight.mode, app.addresses.top_up());
        if mode != Mode::Enforce {
            tracing::warn!(%mode, "PREFLIGHT={mode}: calls are not refused for lack of money");
        }
        let profiles = app.profiles.clone();
        Ok((Self { settler, mode, fail_open, profiles, topup_url }, ChargingTasks { settling, replaying }))
    }

    /// A layer before calls at these prices.
    pub(crate) fn layer(&self, prices: impl CostEstimator) -> ChargeLayer {
        let layer = ChargeLayer::new(self.settler.clone(), prices)
            .with_profiles(self.profiles.clone())
            .with_topup_url(self.topup_url.as_str())
            .with_mode(self.mode);
        match &self.fail_open {
            Some(fail_open) => layer.with_fail_open(fail_open.clone()),
            None => layer,
        }
    }
}

impl ChargingTasks {
    /// Settles what is left, at most for `within` each.
    pub(crate) async fn drain(self, within: Duration) {
        if let Err(unsettled) = self.settling.drain(within).await {
            tracing::error!("{unsettled}");
        }
        if let Some(replaying) = self.replaying {
            replaying.drain(within).await;
        }
    }
}
