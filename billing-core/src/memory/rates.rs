use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{Currency, Rate, RateStore, StoreError};

/// Source, from, to.
type Key = (String, Currency, Currency);

/// Rates in memory.
///
/// # Examples
/// ```
/// use billing_core::{Currency, MemoryRates, Rate, RateStore};
/// use chrono::{DateTime, TimeDelta};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rates = MemoryRates::default();
/// let old = Rate::new(Currency::USD, Currency::UAH, "41.50".parse()?, "nbu", DateTime::UNIX_EPOCH);
/// let mut new = old.clone();
/// new.as_of += TimeDelta::hours(1);
/// rates.save(&new).await?;
/// rates.save(&old).await?;
/// assert_eq!(rates.latest("nbu", Currency::USD, Currency::UAH).await?, Some(new));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct MemoryRates(Mutex<HashMap<Key, Rate>>);

impl MemoryRates {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Rate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RateStore for MemoryRates {
    async fn save(&self, rate: &Rate) -> Result<(), StoreError> {
        let key = (rate.source.clone(), rate.from, rate.to);
        let mut rates = self.lock();
        if rates.get(&key).is_none_or(|kept| kept.as_of <= rate.as_of) {
            rates.insert(key, rate.clone());
        }
        Ok(())
    }

    async fn latest(&self, source: &str, from: Currency, to: Currency) -> Result<Option<Rate>, StoreError> {
        Ok(self.lock().get(&(source.to_owned(), from, to)).cloned())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    #[tokio::test]
    async fn the_newest_rate_of_each_source_and_pair_is_kept() {
        let rates = MemoryRates::default();
        let rate = |source: &str, hour, value: &str| {
            let as_of = DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
            Rate::new(Currency::USD, Currency::UAH, value.parse().unwrap(), source, as_of)
        };
        let newest = rate("bank", 2, "41.4851");
        for rate in [&rate("bank", 1, "40"), &newest, &rate("bank", 0, "39"), &rate("other", 3, "42")] {
            rates.save(rate).await.unwrap();
        }
        assert_eq!(rates.latest("bank", Currency::USD, Currency::UAH).await.unwrap(), Some(newest));
        assert_eq!(rates.latest("bank", Currency::UAH, Currency::USD).await.unwrap(), None);
        assert_eq!(rates.latest("third", Currency::USD, Currency::UAH).await.unwrap(), None);
    }
}
