//! What a dollar is worth in hryvnias: as the operator has set it, or as the National Bank of Ukraine tells it.
mod bank;
mod nbu;

use std::{sync::Arc, time::Duration};

use billing_core::{Clock, Currency, ExchangeRates, FixedRates, RateStore};

use self::{bank::Bank, nbu::NbuRates};
use crate::{BoxError, config::Rates};

/// Of one request to the bank.
const BANK_TIMEOUT: Duration = Duration::from_secs(5);

/// The configured rates; what the bank has told is kept in `store`.
///
/// # Errors
/// When TLS can't be set up.
pub(crate) fn rates(
    config: &Rates,
    store: Arc<dyn RateStore>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<dyn ExchangeRates>, BoxError> {
    let clock = Arc::clone(clock);
    match config {
        Rates::Fixed(usd_in_uah) => {
            Ok(Arc::new(FixedRates::new(clock).with_rate(Currency::USD, Currency::UAH, *usd_in_uah)))
        }
        Rates::Nbu { base, max_age } => {
            Ok(Arc::new(NbuRates::new(Bank::new(base, BANK_TIMEOUT)?, store, clock, *max_age)))
        }
    }
}

#[cfg(test)]
mod tests;
