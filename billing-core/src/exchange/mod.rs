//! Exchange rates.
mod fixed;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

pub use self::fixed::FixedRates;
use crate::{BoxError, Currency, Money, StoreError};

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

/// Keeps the rates that a source has told, so that a restart need not wait for it.
///
/// # Cancel safety
/// A call whose future is dropped may have been done. Saving again is harmless.
///
/// # Implementing
/// Keep one rate for each source and pair of currencies: the one of the newest `as_of`, whatever order they come in.
/// A value comes back as it was saved, to its last digit. The rate store suite of `billing-testkit` has to pass.
#[async_trait]
pub trait RateStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps a rate, unless a newer one of the same source and pair is kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Backend`].
    async fn save(&self, rate: &Rate) -> Result<(), StoreError>;

    /// The newest rate that `source` has told for a pair, however old; `None` when none was saved.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Backend`].
    async fn latest(&self, source: &str, from: Currency, to: Currency) -> Result<Option<Rate>, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: RateStore + ?Sized> RateStore for Arc<S> {
    async fn save(&self, rate: &Rate) -> Result<(), StoreError> {
        (**self).save(rate).await
    }
    async fn latest(&self, source: &str, from: Currency, to: Currency) -> Result<Option<Rate>, StoreError> {
        (**self).latest(source, from, to).await
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
    /// … this much, which is above zero.
    pub value: Decimal,
    /// Who says so.
    pub source: String,
    /// As of when.
    pub as_of: DateTime<Utc>,
}

impl Rate {
    /// One unit of `from` is worth `value` units of `to`, which has to be above zero, as `source` says as of `as_of`.
    pub fn new(
        from: Currency,
        to: Currency,
        value: Decimal,
        source: impl Into<String>,
        as_of: DateTime<Utc>,
    ) -> Self {
        Self { from, to, value, source: source.into(), as_of }
    }

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

const _: fn(&dyn ExchangeRates) = |_| {};
const _: fn(&dyn RateStore) = |_| {};
