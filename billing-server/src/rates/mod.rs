//! What a dollar is worth in hryvnias: as the operator has set it, or as the National Bank of Ukraine tells it.
mod bank;
mod nbu;

use std::{sync::Arc, time::Duration};

use billing_core::{Clock, Currency, ExchangeRates, FixedRates};

use self::{bank::Bank, nbu::NbuRates};
use crate::{
    BoxError,
    config::{Config, Rates},
    store::Store,
};

/// Of one request to the bank.
const BANK_TIMEOUT: Duration = Duration::from_secs(5);

/// The configured rates, where there are some; what the bank has told is kept in `store`.
///
/// # Errors
/// When TLS can't be set up.
pub(crate) fn rates(
    config: &Config,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<dyn ExchangeRates>>, BoxError> {
    let clock = Arc::clone(clock);
    Ok(match &config.rates {
        Some(Rates::Fixed(usd_in_uah)) => {
            Some(Arc::new(FixedRates::new(clock).with_rate(Currency::USD, Currency::UAH, *usd_in_uah)))
        }
        Some(Rates::Nbu { base, max_age }) => {
            let bank = Bank::new(base, BANK_TIMEOUT)?;
            Some(Arc::new(NbuRates::new(bank, Arc::clone(&store.rates), clock, *max_age)))
        }
        None => None,
    })
}

#[cfg(test)]
mod tests;
