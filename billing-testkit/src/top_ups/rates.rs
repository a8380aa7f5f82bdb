use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use billing_core::{Clock, Currency, ExchangeRates, Rate, RatesError};
use rust_decimal::Decimal;

/// A source of exchange rates that says what it is told to, between dollars and hryvnias.
#[derive(Debug)]
pub struct FakeRates {
    clock: Arc<dyn Clock>,
    value: Mutex<Option<Decimal>>,
}

impl FakeRates {
    /// So many hryvnias for a dollar.
    pub fn new(clock: Arc<dyn Clock>, value: Decimal) -> Self {
        Self { clock, value: Mutex::new(Some(value)) }
    }

    /// Another rate from now on; `None` when the source can't be reached.
    pub fn set(&self, value: Option<Decimal>) {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }
}

#[async_trait]
impl ExchangeRates for FakeRates {
    async fn rate(&self, from: Currency, to: Currency) -> Result<Rate, RatesError> {
        if (from, to) != (Currency::USD, Currency::UAH) {
            return Err(RatesError::NoRate { from, to });
        }
        let value = *self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let value = value.ok_or_else(|| RatesError::Unavailable("nobody answers".into()))?;
        Ok(Rate::new(from, to, value, "fake", self.clock.now()))
    }
}
