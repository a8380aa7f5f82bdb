//! A network that loses, repeats, delays and reorders by chance.

use std::time::Duration;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// How unreliable deliveries are. The same seed draws the same fates in the same order.
///
/// Each event is dropped for good by chance. If it is not, it is sent once and so many times more as chance will have
/// it, and each copy is late by a time of its own, so that events overtake one another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Chaos {
    /// Where chance begins.
    pub seed: u64,
    /// How many of a hundred events never come.
    pub drop_percent: u8,
    /// How many further copies of an event come at most: a hundred is the limit.
    pub most_duplicates: u32,
    /// How late a copy comes at most.
    pub most_delay_ms: u64,
}

impl Chaos {
    /// Draws from this seed; by itself it disturbs nothing.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// So many of a hundred events never come.
    #[must_use]
    pub fn with_drop_percent(mut self, percent: u8) -> Self {
        self.drop_percent = percent;
        self
    }

    /// None to so many further copies of an event come.
    #[must_use]
    pub fn with_most_duplicates(mut self, count: u32) -> Self {
        self.most_duplicates = count;
        self
    }

    /// Each copy is late by nothing to so much.
    #[must_use]
    pub fn with_most_delay(mut self, delay: Duration) -> Self {
        self.most_delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// How late each copy of the next event comes; none when it is lost.
    pub(super) fn draw(&self, rng: &mut Rng, most_copies: u32) -> Vec<Duration> {
        let is_lost = rng.u8(0..100) < self.drop_percent;
        let copies = 1 + rng.u32(0..=self.most_duplicates.min(most_copies));
        let delays = (0..copies).map(|_| Duration::from_millis(rng.u64(0..=self.most_delay_ms)));
        // Drawn all the same, so that one event's fate does not shift those of the others.
        let delays: Vec<_> = delays.collect();
        if is_lost { Vec::new() } else { delays }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fastrand::Rng;

    use super::Chaos;

    fn fates(seed: u64) -> Vec<Vec<Duration>> {
        let chaos = Chaos::new(seed)
            .with_drop_percent(20)
            .with_most_duplicates(5)
            .with_most_delay(Duration::from_millis(40));
        let mut rng = Rng::with_seed(chaos.seed);
        (0..1000).map(|_| chaos.draw(&mut rng, 100)).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_fates() {
        assert_eq!(fates(7), fates(7));
        assert_ne!(fates(7), fates(8));
    }

    #[test]
    fn events_are_lost_repeated_and_late_within_what_was_said() {
        let fates = fates(7);
        let lost = fates.iter().filter(|copies| copies.is_empty()).count();
        assert!((100..300).contains(&lost), "{lost} of 1000");
        for count in 1..=6 {
            assert!(fates.iter().any(|copies| copies.len() == count), "{count} copies");
        }
        let late: Vec<_> = fates.concat();
        assert!(late.iter().all(|delay| *delay <= Duration::from_millis(40)));
        assert!(late.contains(&Duration::ZERO) && late.contains(&Duration::from_millis(40)));
    }

    #[test]
    fn without_wishes_every_event_comes_once_and_at_once() {
        assert_eq!(Chaos::new(1).draw(&mut Rng::with_seed(1), 100), [Duration::ZERO]);
    }
}
