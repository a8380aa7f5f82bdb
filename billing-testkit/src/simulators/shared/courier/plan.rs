//! How deliveries are disturbed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chaos::Chaos;

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
    /// Leave each event to chance, after everything else. Setting a plan begins the draw anew.
    pub chaos: Option<Chaos>,
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

    /// Loses, repeats, delays and reorders events by chance.
    #[must_use]
    pub fn with_chaos(mut self, chaos: Chaos) -> Self {
        self.chaos = Some(chaos);
        self
    }

    /// Whether the event at hand is to be dropped; counts it.
    pub(super) fn drops(&mut self) -> bool {
        let is_counted = self.drop_next > 0;
        self.drop_next = self.drop_next.saturating_sub(1);
        is_counted || self.drop_all
    }
}

#[cfg(test)]
mod tests {
    use super::DeliveryPlan;

    #[test]
    fn only_so_many_events_are_dropped() {
        let mut plan = DeliveryPlan::new().with_next_dropped(2);
        assert_eq!([plan.drops(), plan.drops(), plan.drops()], [true, true, false]);
    }
}
