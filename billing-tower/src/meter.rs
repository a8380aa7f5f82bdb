use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use billing_core::{Currency, Money};
use tokio::sync::Notify;

/// Where a handler writes what its call really costs.
///
/// The layer puts one into the extensions of every request it lets through. What stands on it when the response body
/// ends is charged; without a word on it, the estimate is. A cost that can't be charged (below zero, or in another
/// currency than the hold's) is logged and ignored. So is every cost of a call that runs without a hold.
///
/// # Examples
/// ```
/// use billing_core::{Currency, Money};
/// use billing_tower::Meter;
///
/// let usd = |text| Money::parse(text, Currency::USD);
/// let meter = Meter::new(usd("0.50")?);
/// meter.add(usd("0.10")?);
/// meter.add(usd("0.05")?);
/// assert_eq!(meter.reading(), Some(usd("0.15")?));
/// assert_eq!(meter.remaining(), Some(usd("0.35")?));
/// assert!(!meter.is_used_up());
/// # Ok::<(), billing_core::AmountError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Meter(Arc<Gauge>);

#[derive(Debug)]
struct Gauge {
    /// `None` for a call that nothing is held for.
    held: Option<Money>,
    reading: Mutex<Option<Money>>,
    /// Told whenever the hold is used up.
    used_up: Notify,
}

impl Meter {
    /// A meter of a call that `held` was asked for.
    pub fn new(held: Money) -> Self {
        Self::of(Some(held))
    }

    /// A meter of a call that passes without a hold.
    pub fn unbilled() -> Self {
        Self::of(None)
    }

    fn of(held: Option<Money>) -> Self {
        Self(Arc::new(Gauge { held, reading: Mutex::default(), used_up: Notify::new() }))
    }

    /// Sets the cost; the last word counts.
    pub fn record(&self, cost: Money) {
        if self.admits(cost) {
            *self.lock() = Some(cost);
            self.tell_if_used_up();
        }
    }

    /// Adds to the cost.
    pub fn add(&self, cost: Money) {
        if !self.admits(cost) {
            return;
        }
        let mut reading = self.lock();
        let sum = reading.map_or(Some(cost), |reading| reading.checked_add(cost));
        if sum.is_some() {
            *reading = sum;
        } else {
            tracing::error!(%cost, ?reading, "cost does not fit onto the meter and is ignored");
        }
        drop(reading);
        self.tell_if_used_up();
    }

    /// The cost so far; `None` while nobody has recorded any.
    pub fn reading(&self) -> Option<Money> {
        *self.lock()
    }

    /// What the hold still covers, never below zero; `None` for a call without a hold.
    ///
    /// A cost beyond it is charged only as far as the account has money left.
    pub fn remaining(&self) -> Option<Money> {
        let held = self.0.held?;
        let rest = self.reading().map_or(Some(held), |reading| held.checked_sub(reading))?;
        Some(if rest.is_negative() { Money::zero(held.currency()) } else { rest })
    }

    /// Whether the cost has reached what was held; never for a call without a hold.
    pub fn is_used_up(&self) -> bool {
        self.remaining().is_some_and(Money::is_zero)
    }

    /// Waits until the cost has reached what was held: the time for a long call to stop. For a call without a hold,
    /// that never comes.
    ///
    /// # Examples
    /// ```
    /// use billing_core::{Currency, Money};
    /// use billing_tower::Meter;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cent = Money::from_micros(10_000, Currency::USD);
    /// let meter = Meter::new(cent);
    /// let work = async {
    ///     loop {
    ///         meter.add(cent);
    ///         tokio::task::yield_now().await;
    ///     }
    /// };
    /// tokio::select! {
    ///     () = work => unreachable!(),
    ///     () = meter.used_up() => {}
    /// }
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future ends the waiting only.
    pub async fn used_up(&self) {
        loop {
            let told = self.0.used_up.notified();
            if self.is_used_up() {
                return;
            }
            told.await;
        }
    }

    fn tell_if_used_up(&self) {
        if self.is_used_up() {
            self.0.used_up.notify_waiters();
        }
    }

    /// The currency of the hold.
    pub(crate) fn currency(&self) -> Option<Currency> {
        self.0.held.map(Money::currency)
    }

    fn admits(&self, cost: Money) -> bool {
        let chargeable =
            !cost.is_negative() && self.0.held.is_none_or(|held| held.currency() == cost.currency());
        if !chargeable {
            tracing::error!(%cost, held = ?self.0.held, "cost can't be charged and is ignored");
        }
        chargeable
    }

    fn lock(&self) -> MutexGuard<'_, Option<Money>> {
        self.0.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(micros: i64) -> Money {
        Money::from_micros(micros, Currency::USD)
    }

    #[test]
    fn a_cost_that_can_not_be_charged_leaves_the_reading_alone() {
        let meter = Meter::new(usd(100));
        meter.record(usd(40));
        for cost in [usd(-1), Money::from_micros(5, Currency::UAH)] {
            meter.record(cost);
            meter.add(cost);
        }
        meter.add(usd(i64::MAX));
        assert_eq!(meter.reading(), Some(usd(40)));
    }

    #[test]
    fn nothing_remains_beyond_the_hold() {
        let meter = Meter::new(usd(100));
        assert_eq!(meter.remaining(), Some(usd(100)));
        meter.record(usd(150));
        assert_eq!(meter.remaining(), Some(usd(0)));
    }

    #[test]
    fn a_call_without_a_hold_has_no_bound() {
        let meter = Meter::unbilled();
        meter.add(usd(7));
        assert_eq!((meter.reading(), meter.remaining()), (Some(usd(7)), None));
    }
}
