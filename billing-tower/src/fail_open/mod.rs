//! Letting calls through while the ledger is out of reach.
mod replay;
mod spool;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use billing_core::{AccountId, Authorization, Authorize, Capture, HoldId, Ledger, Money, Operation, Void};
use tokio::{sync::Notify, time::Instant};

use self::spool::{Line, Spool};
pub use self::{replay::FailOpenTask, spool::SpoolError};
use crate::settler::End;

/// Lets calls through while the ledger is out of reach, and charges them when it is back.
///
/// Without it such calls are refused with 503. With it they run, as long as
/// * what they were estimated at comes to at most a bound of money, until they are charged,
/// * their account was granted a call within the last ten minutes, and had enough left then.
///
/// Each is written to a file, and the file to the disk, before it runs. When the ledger is back it is charged under the
/// id of its hold, as a late capture: as far as the account has money left, whatever its limits say. Should the process
/// be killed meanwhile, the next one that opens the file charges what is in it: what the call has cost, or its estimate
/// where that is not known.
///
/// Clones share the file and the bound, so that several layers may.
///
/// # Examples
/// ```no_run
/// # use std::{sync::Arc, time::Duration};
/// # use billing_core::{Currency, Ledger, Money, PriceTable};
/// # use billing_tower::{ChargeLayer, FailOpen, Settler};
/// # async fn run(ledger: Arc<dyn Ledger>, prices: PriceTable) -> Result<(), Box<dyn std::error::Error>> {
/// let most = Money::parse("0.50", Currency::USD)?;
/// let (fail_open, replaying) = FailOpen::open("data/calls.spool", most, ledger.clone()).await?;
/// let (settler, settling) = Settler::start(ledger, 10_000);
/// let layer = ChargeLayer::new(settler, prices).with_fail_open(fail_open);
/// // … serve, and at the end:
/// settling.drain(Duration::from_secs(10)).await?;
/// replaying.drain(Duration::from_secs(10)).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FailOpen(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bound: Money,
    state: Mutex<State>,
    spool: Arc<Spool>,
    /// Told when a call that was let through has ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Calls that are not charged yet.
    calls: HashMap<HoldId, LetThrough>,
    /// When each account was last granted a call, and what it had left.
    granted: HashMap<AccountId, (Instant, Money)>,
}

/// A call that was let through.
#[derive(Clone, Debug)]
struct LetThrough {
    account: AccountId,
    operation: Operation,
    amount: Money,
    end: Option<End>,
}

impl FailOpen {
    /// An account that was granted a call so long ago is not let through.
    const LATELY: Duration = Duration::from_mins(10);
    /// So many accounts are remembered at most.
    const MOST_ACCOUNTS: usize = 100_000;

    /// Opens the file, or makes it, and begins to charge what an earlier process has left in it. `bound` is the most
    /// money that is out at once.
    ///
    /// # Errors
    /// [`SpoolError`] when the file can't be used, is used by another process, or has been tampered with.
    pub async fn open(
        path: impl AsRef<Path>,
        bound: Money,
        ledger: Arc<dyn Ledger>,
    ) -> Result<(Self, FailOpenTask), SpoolError> {
        let (spool, lines) = Spool::open(path.as_ref().to_owned()).await?;
        let state = State { calls: recovered(lines), granted: HashMap::new() };
        if !state.calls.is_empty() {
            let count = state.calls.len();
            tracing::warn!(count, "{count} calls were let through by an earlier process and are charged now");
        }
        let shared = Arc::new(Shared { bound, state: Mutex::new(state), spool, ended: Notify::new() });
        Ok((Self(Arc::clone(&shared)), FailOpenTask::start(shared, ledger)))
    }

    /// Remembers that an account was granted a call.
    pub(crate) fn granted(&self, authorization: &Authorization) {
        let mut state = self.0.lock();
        if state.granted.len() >= Self::MOST_ACCOUNTS {
            state.granted.retain(|_, (at, _)| at.elapsed() < Self::LATELY);
        }
        if state.granted.len() < Self::MOST_ACCOUNTS {
            let account = authorization.hold.account.clone();
            state.granted.insert(account, (Instant::now(), authorization.available));
        }
    }

    /// The right to run without a hold, where bound and account admit it. It holds once it is
    /// [written down](Ticket::write_down).
    pub(crate) fn admit(&self, request: &Authorize) -> Option<Ticket> {
        self.0.admit(request).map(|()| Ticket { shared: Arc::clone(&self.0), hold: request.id })
    }
}

impl Shared {
    /// Counts a call among those let through, if the bound and its account admit it.
    fn admit(&self, request: &Authorize) -> Option<()> {
        let mut state = self.lock();
        let out = state.calls.values().fold(0_i64, |sum, call| sum.saturating_add(call.amount.micros()));
        let fits = request.amount.currency() == self.bound.currency()
            && out.saturating_add(request.amount.micros()) <= self.bound.micros();
        if !fits || state.calls.contains_key(&request.id) {
            return None;
        }
        let (at, available) = state.granted.get_mut(&request.account)?;
        let left = available.checked_sub(request.amount).filter(|left| !left.is_negative())?;
        if at.elapsed() >= FailOpen::LATELY {
            return None;
        }
        *available = left;
        state.calls.insert(
            request.id,
            LetThrough {
                account: request.account.clone(),
                operation: request.operation.clone(),
                amount: request.amount,
                end: None,
            },
        );
        Some(())
    }

    fn forget(&self, hold: HoldId) {
        self.lock().calls.remove(&hold);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right of a call to run without a hold.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    shared: Arc<Shared>,
    hold: HoldId,
}

impl Ticket {
    /// Puts it on the disk; whether that was possible. If not, there is no such right any more.
    pub(crate) async fn write_down(&self, request: &Authorize) -> bool {
        if let Err(error) = self.shared.spool.append(Line::passed(request)).await {
            tracing::error!("call is refused, for it can't be written down: {error}");
            self.shared.forget(self.hold);
            return false;
        }
        let Authorize { id, account, operation, amount, .. } = request;
        tracing::warn!(
            account.id = %account, %operation, hold.id = %id,
            "call of account {account} is let through for up to {amount}: the ledger is out of reach"
        );
        true
    }

    /// Says how the call has ended, once. It is charged as soon as the ledger is back.
    pub(crate) async fn end(&self, end: End) {
        let line = Line::ended(self.hold, &end);
        {
            let mut state = self.shared.lock();
            let Some(call) = state.calls.get_mut(&self.hold).filter(|call| call.end.is_none()) else {
                return;
            };
            call.end = Some(end);
        }
        if let Err(error) = self.shared.spool.append(line).await {
            tracing::error!("the end of a call can't be written down; it is charged all the same: {error}");
        }
        self.shared.ended.notify_one();
    }
}

/// What an earlier process has left: calls that are to be charged what they have cost, or else their estimate.
fn recovered(lines: Vec<Line>) -> HashMap<HoldId, LetThrough> {
    let mut calls: HashMap<HoldId, LetThrough> = HashMap::new();
    for line in lines {
        match line {
            Line::Passed { hold, account, operation, amount } => {
                let capture = Capture::new(account.clone(), hold, amount).let_through(operation.clone());
                let end = Some(End::Capture(capture));
                calls.insert(hold, LetThrough { account, operation, amount, end });
            }
            Line::Ended { hold, cost, breakdown } => {
                let Some(call) = calls.get_mut(&hold) else { continue };
                let account = call.account.clone();
                call.end = Some(match cost {
                    Some(cost) => {
                        let mut capture =
                            Capture::new(account, hold, cost).let_through(call.operation.clone());
                        capture.breakdown = breakdown;
                        End::Capture(capture)
                    }
                    None => End::Void(Void::new(account, hold)),
                });
            }
            Line::Settled { hold } => {
                calls.remove(&hold);
            }
        }
    }
    calls
}
