use billing_core::Money;

/// What a call costs, by how it ends.
///
/// | It | is due by default |
/// |---|---|
/// | delivers, and its body is read to its end | what the meter says, else the estimate |
/// | delivers, and its client goes before that | what the meter says, else the estimate |
/// | delivers, and its body breaks off | what the meter says |
/// | answers otherwise | what the meter says |
/// | fails, panics or is dropped before it answers | what the meter says |
///
/// A call *delivers* with a 2xx that is no answer to `HEAD` or `OPTIONS`; in gRPC with the status 0, in JSON-RPC with a
/// result (see [`Protocol`](crate::Protocol)).
///
/// # Examples
/// ```
/// use billing_tower::{Due, Outcomes};
///
/// // Whoever leaves early pays for what was metered, and not for the rest.
/// let outcomes = Outcomes { client_gone: Due::Metered, ..Outcomes::default() };
/// assert_eq!(outcomes.delivered, Due::MeteredOrEstimate);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "written out by who changes one of the five ends that there are"
)]
pub struct Outcomes {
    /// It delivers, and its body is read to its end.
    pub delivered: Due,
    /// It begins to deliver, and its client goes before the end.
    pub client_gone: Due,
    /// It begins to deliver, and its body breaks off.
    pub broken_off: Due,
    /// It answers, and does not deliver.
    pub other_answer: Due,
    /// It fails, panics or is dropped before it answers.
    pub unanswered: Due,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            delivered: Due::MeteredOrEstimate,
            client_gone: Due::MeteredOrEstimate,
            broken_off: Due::Metered,
            other_answer: Due::Metered,
            unanswered: Due::Metered,
        }
    }
}

/// What is due at the end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Due {
    /// Nothing: the hold is voided.
    Nothing,
    /// What the meter says, if that is more than nothing; else the hold is voided.
    Metered,
    /// What the meter says, nothing included; else the estimate.
    MeteredOrEstimate,
    /// The estimate, whatever the meter says.
    Estimate,
}

impl Due {
    /// What is captured; `None` voids.
    pub(crate) fn cost(self, metered: Option<Money>, estimate: Money) -> Option<Money> {
        match self {
            Self::Nothing => None,
            Self::Metered => metered.filter(|cost| cost.is_positive()),
            Self::MeteredOrEstimate => Some(metered.unwrap_or(estimate)),
            Self::Estimate => Some(estimate),
        }
    }
}

#[cfg(test)]
mod tests {
    use billing_core::Currency;

    use super::*;

    #[test]
    fn each_due_weighs_meter_and_estimate_in_its_own_way() {
        let usd = |micros| Money::from_micros(micros, Currency::USD);
        let (estimate, zero, some) = (usd(10), Some(usd(0)), Some(usd(3)));
        for (due, unmetered, of_zero, of_some) in [
            (Due::Nothing, None, None, None),
            (Due::Metered, None, None, some),
            (Due::MeteredOrEstimate, Some(estimate), zero, some),
            (Due::Estimate, Some(estimate), Some(estimate), Some(estimate)),
        ] {
            let costs = [None, zero, some].map(|metered| due.cost(metered, estimate));
            assert_eq!(costs, [unmetered, of_zero, of_some], "{due:?}");
        }
    }
}
