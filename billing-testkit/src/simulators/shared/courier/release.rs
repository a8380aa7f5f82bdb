//! In which order held events go.

use serde::{Deserialize, Serialize};

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
    use super::ReleaseOrder;

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
}
