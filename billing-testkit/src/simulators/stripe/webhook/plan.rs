//! How deliveries are disturbed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What happens to the webhooks of events from now on: by default each is sent once, at once, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DeliveryPlan {
    /// Drop this many events, for good.
    pub drop_next: u32,
    /// Drop every event.
    pub drop_all: bool,
    /// Send this many further copies of each event, all at the same time: a hundred at most.
    pub duplicates: u32,
    /// Wait so long before the first attempt.
    pub delay_ms: u64,
    /// Keep events back until they are released.
    pub hold: bool,
}

impl DeliveryPlan {
    /// No disturbance.
    pub fn new() -> Self {
        Self::default()
    }

    /// Drops the next `count` events for good, as if every attempt had been lost.
    #[must_use]
    pub fn with_next_dropped(mut self, count: u32) -> Self {
        self.drop_next = count;
        self
    }

    /// Drops every event for good.
    #[must_use]
    pub fn with_all_dropped(mut self) -> Self {
        self.drop_all = true;
        self
    }

    /// Sends each event `count` times more, all at the same time.
    #[must_use]
    pub fn with_duplicates(mut self, count: u32) -> Self {
        self.duplicates = count;
        self
    }

    /// Waits before the first attempt.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Keeps events back until they are released.
    #[must_use]
    pub fn with_hold(mut self) -> Self {
        self.hold = true;
        self
    }

    /// Whether the event at hand is to be dropped; counts it.
    pub(super) fn drops(&mut self) -> bool {
        let is_counted = self.drop_next > 0;
        self.drop_next = self.drop_next.saturating_sub(1);
        is_counted || self.drop_all
    }
}

/// In which order events that were held back go out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReleaseOrder {
    /// As they happened.
    #[default]
    AsHeld,
    /// The last one first.
    Reversed,
    /// In an order drawn from this seed.
    Shuffled(u64),
    /// These events in this order; the others stay.
    Listed(Vec<String>),
}

impl ReleaseOrder {
    /// Takes the events to release out of `held`, in the order in which they go.
    pub(super) fn take(&self, held: &mut Vec<String>) -> Vec<String> {
        if let Self::Listed(ids) = self {
            let released: Vec<_> = ids.iter().filter(|id| held.contains(id)).cloned().collect();
            held.retain(|id| !released.contains(id));
            return released;
        }
        let mut released = std::mem::take(held);
        match self {
            Self::Reversed => released.reverse(),
            Self::Shuffled(seed) => fastrand::Rng::with_seed(*seed).shuffle(&mut released),
            Self::AsHeld | Self::Listed(_) => {}
        }
        released
    }
}

#[cfg(test)]
mod tests {
    use super::{DeliveryPlan, ReleaseOrder};

    fn held() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    #[test]
    fn events_are_released_in_the_order_asked_for() {
        assert_eq!(ReleaseOrder::AsHeld.take(&mut held()), ["a", "b", "c"]);
        assert_eq!(ReleaseOrder::Reversed.take(&mut held()), ["c", "b", "a"]);
        let mut left = held();
        let listed = ReleaseOrder::Listed(vec!["c".to_owned(), "x".to_owned(), "a".to_owned()]);
        assert_eq!(listed.take(&mut left), ["c", "a"]);
        assert_eq!(left, ["b"]);
    }

    #[test]
    fn only_so_many_events_are_dropped() {
        let mut plan = DeliveryPlan::new().with_next_dropped(2);
        assert_eq!([plan.drops(), plan.drops(), plan.drops()], [true, true, false]);
    }
}
