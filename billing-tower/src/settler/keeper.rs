//! Keeping holds alive for calls that last longer than they do.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use billing_core::{AccountId, Extend, Hold, HoldId, Ledger, LedgerError};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};

/// Extends the holds of running calls at half of their life.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keeper(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    watch: Mutex<Watch>,
    /// Told when a hold is due before all others.
    earlier: Notify,
}

#[derive(Debug, Default)]
struct Watch {
    holds: HashMap<HoldId, Watched>,
    /// When the first of them is due, or an earlier time.
    next: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Watched {
    account: AccountId,
    ttl: Duration,
    due_at: Instant,
}

/// A hold that is kept alive until this is dropped.
#[derive(Debug)]
pub(crate) struct Kept {
    keeper: Keeper,
    hold: HoldId,
}

impl Keeper {
    /// Extensions under way at once.
    const PARALLEL: usize = 16;
    const ATTEMPT: Duration = Duration::from_secs(10);
    /// No hold is extended more often.
    const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

    pub(crate) fn keep(&self, hold: &Hold) -> Kept {
        let ttl = hold.expires_at.signed_duration_since(hold.created_at).to_std().unwrap_or_default();
        let due_at = Instant::now() + (ttl / 2).max(Self::SHORTEST_PAUSE);
        let mut watch = self.lock();
        watch.holds.insert(hold.id, Watched { account: hold.account.clone(), ttl, due_at });
        if watch.next.is_none_or(|next| due_at < next) {
            watch.next = Some(due_at);
            self.0.earlier.notify_one();
        }
        Kept { keeper: self.clone(), hold: hold.id }
    }

    /// Extends what is due, for ever.
    pub(super) async fn run(self, ledger: Arc<dyn Ledger>) {
        let mut under_way = JoinSet::new();
        loop {
            let earlier = self.0.earlier.notified();
            for (hold, watched) in self.due(Instant::now()) {
                while under_way.len() >= Self::PARALLEL {
                    under_way.join_next().await;
                }
                under_way.spawn(self.clone().extend(Arc::clone(&ledger), hold, watched));
            }
            let next = self.lock().next;
            tokio::select! {
                () = earlier => {}
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
                Some(_) = under_way.join_next() => {}
            }
        }
    }

    /// The holds that are due. They are looked at again soon, unless their extension says when.
    fn due(&self, now: Instant) -> Vec<(HoldId, Watched)> {
        let mut watch = self.lock();
        if watch.next.is_none_or(|next| now < next) {
            return Vec::new();
        }
        let mut due = Vec::new();
        for (hold, watched) in &mut watch.holds {
            if watched.due_at <= now {
                due.push((*hold, watched.clone()));
                watched.due_at = now + (watched.ttl / 8).max(Self::SHORTEST_PAUSE);
            }
        }
        watch.next = watch.holds.values().map(|watched| watched.due_at).min();
        due
    }

    async fn extend(self, ledger: Arc<dyn Ledger>, hold: HoldId, watched: Watched) {
        let Watched { account, ttl, .. } = watched;
        match timeout(Self::ATTEMPT, ledger.extend(Extend::new(account.clone(), hold, ttl))).await {
            Ok(Ok(_)) => {
                if let Some(watched) = self.lock().holds.get_mut(&hold) {
                    watched.due_at = Instant::now() + (ttl / 2).max(Self::SHORTEST_PAUSE);
                }
            }
            // It is tried again.
            Err(_) | Ok(Err(LedgerError::Unavailable(_))) => {}
            Ok(Err(error)) => {
                // A hold that has just ended needs no more time.
                if self.lock().holds.remove(&hold).is_some() {
                    tracing::warn!(
                        hold.id = %hold, account.id = %account,
                        "hold {hold} of account {account} can't be extended, its call goes on: {error}"
                    );
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.0.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.keeper.lock().holds.remove(&self.hold);
    }
}
