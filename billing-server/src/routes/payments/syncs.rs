use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use billing_core::PaymentId;
use tokio::time::Instant;

/// A page that waits for a payment asks every second or so; the provider is asked less often.
pub(super) const PAUSE: Duration = Duration::from_secs(3);
/// Beyond this many payments at once, providers are spared altogether.
const MOST: usize = 10_000;

/// When providers were last asked about a payment.
#[derive(Debug, Default)]
pub(crate) struct RecentSyncs(Mutex<HashMap<PaymentId, Instant>>);

impl RecentSyncs {
    /// Whether the provider may be asked again; if so, it counts as asked.
    pub(crate) fn admits(&self, payment: PaymentId) -> bool {
        let now = Instant::now();
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.get(&payment).is_some_and(|at| now.duration_since(*at) < PAUSE) {
            return false;
        }
        if asked.len() >= MOST {
            asked.retain(|_, at| now.duration_since(*at) < PAUSE);
        }
        let has_room = asked.len() < MOST;
        if has_room {
            asked.insert(payment, now);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_provider_is_asked_once_in_a_while() {
        let (syncs, payment) = (RecentSyncs::default(), PaymentId::new());
        assert!(syncs.admits(payment));
        assert!(!syncs.admits(payment));
        assert!(syncs.admits(PaymentId::new()), "another payment has a turn of its own");
        tokio::time::advance(PAUSE).await;
        assert!(syncs.admits(payment));
    }

    #[tokio::test(start_paused = true)]
    async fn its_memory_is_bounded() {
        let syncs = RecentSyncs::default();
        assert!((0..MOST).all(|_| syncs.admits(PaymentId::new())));
        assert!(!syncs.admits(PaymentId::new()));
        tokio::time::advance(PAUSE).await;
        assert!(syncs.admits(PaymentId::new()));
    }
}
