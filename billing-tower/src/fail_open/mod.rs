//! Letting calls through while the ledger is out of reach.
mod granted;
mod replay;
mod spool;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use billing_core::{AccountId, Authorization, Authorize, Capture, HoldId, Ledger, Money, Operation, Void};
use tokio::sync::Notify;

use self::{
    granted::Granted,
    spool::{Line, Spool},
};
pub use self::{replay::FailOpenTask, spool::SpoolError};
use crate::settler::End;

/// Lets calls through while the ledger is out of reach, and charges them when it is back.
///
/// Without it such calls are refused with 503. With it they run, as long as
/// * what they were estimated at comes to at most a bound of money, until they are charged,
/// * their account was granted a call within the last ten minutes, and had enough left then,
/// * they have no `Idempotency-Key`: nobody could tell whether the call that they repeat was charged.
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
    /// What they were estimated at, together.
    out_micros: i64,
    granted: Granted,
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
    /// So many calls are out at most, whatever they cost.
    const MOST_CALLS: usize = 10_000;

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
        let mut state = State::default();
        for (hold, call) in recovered(lines) {
            state.insert(hold, call);
        }
        if !state.calls.is_empty() {
            let count = state.calls.len();
            tracing::warn!(count, "{count} calls were let through by an earlier process and are charged now");
        }
        let shared = Arc::new(Shared { bound, state: Mutex::new(state), spool, ended: Notify::new() });
        Ok((Self(Arc::clone(&shared)), FailOpenTask::start(shared, ledger)))
    }

    /// Remembers that an account was granted a call.
    pub(crate) fn granted(&self, authorization: &Authorization) {
        self.0.lock().granted.remember(&authorization.hold.account, authorization.available);
    }

    /// Remembers that an account was refused one.
    pub(crate) fn refused(&self, account: &AccountId) {
        self.0.lock().granted.forget(account);
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
        let fits = request.amount.currency() == self.bound.currency()
            && state.out_micros.saturating_add(request.amount.micros()) <= self.bound.micros()
            && state.calls.len() < FailOpen::MOST_CALLS;
        if !fits || state.calls.contains_key(&request.id) {
            return None;
        }
        state.granted.spend(&request.account, request.amount)?;
        let call = LetThrough {
            account: request.account.clone(),
            operation: request.operation.clone(),
            amount: request.amount,
            end: None,
        };
        state.insert(request.id, call);
        Some(())
    }

    fn forget(&self, hold: HoldId) {
        let mut state = self.lock();
        if let Some(call) = state.calls.remove(&hold) {
            state.out_micros -= call.amount.micros();
        }
    }

    /// Takes in how a call has ended; whether that is news.
    fn ended(&self, hold: HoldId, end: End) -> bool {
        let mut state = self.lock();
        let Some(call) = state.calls.get_mut(&hold).filter(|call| call.end.is_none()) else { return false };
        call.end = Some(end);
        self.ended.notify_one();
        true
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

    /// Says how the call has ended, once, and waits until that is on the disk. It is charged as soon as the ledger is
    /// back.
    pub(crate) async fn end(&self, end: End) {
        let line = Line::ended(self.hold, &end);
        if self.shared.ended(self.hold, end) {
            tell_unwritten(self.shared.spool.append(line).await);
        }
    }

    /// The same where nothing can be waited for.
    pub(crate) fn end_now(&self, end: End) {
        let line = Line::ended(self.hold, &end);
        if self.shared.ended(self.hold, end) {
            tell_unwritten(self.shared.spool.append_now(line));
        }
    }
}

fn tell_unwritten(written: Result<(), SpoolError>) {
    if let Err(error) = written {
        tracing::error!("the end of a call can't be written down; it is charged all the same: {error}");
    }
}

/// What an earlier process has left: calls that are to be charged what they have cost, or else their estimate. Lines
/// about one call may stand in any order: two threads may have written them.
fn recovered(lines: Vec<Line>) -> HashMap<HoldId, LetThrough> {
    let (mut calls, mut ends, mut settled) = (HashMap::new(), HashMap::new(), HashSet::new());
    for line in lines {
        match line {
            Line::Passed { hold, account, operation, amount } => {
                calls.insert(hold, LetThrough { account, operation, amount, end: None });
            }
            Line::Ended { hold, cost, breakdown } => {
                ends.insert(hold, (cost, breakdown));
            }
            Line::Settled { hold } => {
                settled.insert(hold);
            }
        }
    }
    calls.retain(|hold, _| !settled.contains(hold));
    for (hold, call) in &mut calls {
        let (cost, breakdown) = ends.remove(hold).unwrap_or((Some(call.amount), None));
        call.end = Some(match cost {
            None => End::Void(Void::new(call.account.clone(), *hold)),
            Some(cost) => {
                let capture = Capture::new(call.account.clone(), *hold, cost);
                let mut capture = capture.let_through(call.operation.clone());
                capture.breakdown = breakdown;
                End::Capture(capture)
            }
        });
    }
    calls
}

impl State {
    fn insert(&mut self, hold: HoldId, call: LetThrough) {
        self.out_micros = self.out_micros.saturating_add(call.amount.micros());
        self.calls.insert(hold, call);
    }
}

#[cfg(test)]
mod tests {
    use billing_core::Currency;

    use super::*;

    #[test]
    fn lines_about_a_call_count_in_any_order() {
        let [given_up, ended, settled, running] = [(); 4].map(|()| HoldId::new());
        let usd = |micros| Money::from_micros(micros, Currency::USD);
        let passed = |hold| Line::Passed {
            hold,
            account: AccountId::new("acme").unwrap(),
            operation: Operation::new("search").unwrap(),
            amount: usd(50),
        };
        let end = |hold, cost| Line::Ended { hold, cost, breakdown: None };
        let calls = recovered(vec![
            end(given_up, None),
            passed(given_up),
            passed(ended),
            end(ended, Some(usd(7))),
            Line::Settled { hold: settled },
            end(settled, Some(usd(9))),
            passed(settled),
            passed(running),
        ]);
        assert_eq!(calls.len(), 3);
        let cost = |hold: &HoldId| match calls[hold].end.as_ref().unwrap() {
            End::Capture(capture) => Some(capture.amount),
            End::Void(_) => None,
        };
        assert_eq!([given_up, ended, running].map(|hold| cost(&hold)), [None, Some(usd(7)), Some(usd(50))]);
    }
}
