//! Exchange rates.
use std::{collections::BTreeMap, fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::{BoxError, Clock, Currency, Money};

/// Tells what one currency is worth in another.
///
/// # Cancel safety
/// Asking changes nothing.
#[async_trait]
pub trait ExchangeRates: fmt::Debug + Send + Sync + 'static {
    /// The rate from one currency to another.
    ///
    /// # Errors
    /// [`RatesError::NoRate`] when there is none; [`RatesError::Unavailable`] when it can't be had now or is too old.
    /// A rate is never guessed.
    async fn rate(&self, from: Currency, to: Currency) -> Result<Rate, RatesError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<R: ExchangeRates + ?Sized> ExchangeRates for Arc<R> {
    async fn rate(&self, from: Currency, to: Currency) -> Result<Rate, RatesError> {
        (**self).rate(from, to).await
    }
}

/// What one unit of a currency is worth in another, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rate {
    /// One unit of this currency …
    pub from: Currency,
    /// … is worth in this one …
    pub to: Currency,
    /// … this much.
    pub value: Decimal,
    /// Who says so.
    pub source: String,
    /// As of when.
    pub as_of: DateTime<Utc>,
}

impl Rate {
    /// What `amount` is worth, rounded half to even. `None` when it is in another currency or out of range.
    pub fn convert(&self, amount: Money) -> Option<Money> {
        (amount.currency() == self.from)
            .then(|| Money::round_half_even(amount.to_decimal().checked_mul(self.value)?, self.to))?
    }
}

/// Why there is no rate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RatesError {
    /// The source does not know this pair.
    #[error("no rate from {from} to {to}")]
    NoRate {
        /// From.
        from: Currency,
        /// To.
        to: Currency,
    },
    /// The source can't be reached, or its rate is too old.
    #[error("exchange rates are unavailable")]
    Unavailable(#[source] BoxError),
}

impl RatesError {
    /// Whether the same question may be answered later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Rates that an operator has set.
///
/// # Examples
/// ```
/// use billing_core::{Currency, ExchangeRates, FixedRates, Money, SystemClock};
/// # use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rates = FixedRates::new(Arc::new(SystemClock)).with_rate(Currency::USD, Currency::UAH, "41.50".parse()?);
/// let rate = rates.rate(Currency::USD, Currency::UAH).await?;
/// assert_eq!(rate.convert(Money::parse("10", Currency::USD)?), Some(Money::parse("415", Currency::UAH)?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FixedRates {
    clock: Arc<dyn Clock>,
    rates: BTreeMap<(Currency, Currency), Decimal>,
}

impl FixedRates {
    /// No rates yet; `clock` tells as of when they hold.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, rates: BTreeMap::new() }
    }

    /// One unit of `from` is worth `value` units of `to`; the way back is derived from it.
    #[must_use]
    pub fn with_rate(mut self, from: Currency, to: Currency, value: Decimal) -> Self {
        if let Some(inverse) = Decimal::ONE.checked_div(value) {
            self.rates.insert((to, from), inverse);
        }
        self.rates.insert((from, to), value);
        self
    }
}

#[async_trait]
impl ExchangeRates for FixedRates {
    async fn rate(&self, from: Currency, to: Currency) -> Result<Rate, RatesError> {
        let value = *self.rates.get(&(from, to)).ok_or(RatesError::NoRate { from, to })?;
        Ok(Rate { from, to, value, source: "fixed".to_owned(), as_of: self.clock.now() })
    }
}

const _: fn(&dyn ExchangeRates) = |_| {};
