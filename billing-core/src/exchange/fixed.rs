use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use rust_decimal::Decimal;

use crate::{Clock, Currency, ExchangeRates, Rate, RatesError};

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
        Ok(Rate::new(from, to, value, "fixed", self.clock.now()))
    }
}
