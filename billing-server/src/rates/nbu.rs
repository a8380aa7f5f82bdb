//! The bank's rate, remembered.
use std::{
    sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use billing_core::{Clock, Currency, ExchangeRates, Rate, RateStore, RatesError, StoreError};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::bank::{Bank, BankError};
use crate::error::chain;

/// The name in records.
const SOURCE: &str = "nbu";
/// The bank sets a rate once a day.
const REFRESH_AFTER: TimeDelta = TimeDelta::hours(1);
/// The bank is left alone for so long after it was of no help.
const RETRY_AFTER: TimeDelta = TimeDelta::minutes(1);
/// A rate never grew or shrank by more than this between two answers.
const LARGEST_FACTOR: Decimal = Decimal::TWO;

/// The official rate of the dollar in hryvnias, and back.
///
/// It holds as of when the bank was last heard to tell it, for the bank sets Monday's rate on Friday. One that is older
/// than `max_age` is not used, nor is one that is far from the last good one, where there is one.
#[derive(Debug)]
pub(super) struct NbuRates(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bank: Bank,
    store: Arc<dyn RateStore>,
    clock: Arc<dyn Clock>,
    max_age: TimeDelta,
    known: SyncMutex<Known>,
    /// Whoever has it asks the bank; the others wait for what it learns.
    turn: Arc<Mutex<()>>,
}

/// What is known of the rate.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The last good one, of dollars in hryvnias.
    rate: Option<Rate>,
    /// Whether the store was asked for it.
    is_loaded: bool,
    /// When and why it was not renewed, if it was not.
    failure: Option<(DateTime<Utc>, Arc<NbuError>)>,
}

/// Why there is no rate, or no new one.
#[derive(Debug, thiserror::Error)]
enum NbuError {
    /// The bank was of no help.
    #[error("the exchange rate could not be asked for")]
    Bank(#[from] BankError),
    /// What is kept of it can't be looked at, so that no answer of the bank's can be judged.
    #[error("the last exchange rate could not be looked up")]
    Store(#[from] StoreError),
    /// Somebody has to look at it.
    #[error("an exchange rate of {told} is refused: the last good one was {last}")]
    Absurd { told: Decimal, last: Decimal },
    /// The bank has not been heard for long.
    #[error("the exchange rate is too old: it was last told at {0}")]
    TooOld(DateTime<Utc>),
    /// The bank has never been heard.
    #[error("no exchange rate is known yet")]
    Unknown,
}

impl NbuRates {
    pub(super) fn new(
        bank: Bank,
        store: Arc<dyn RateStore>,
        clock: Arc<dyn Clock>,
        max_age: Duration,
    ) -> Self {
        let max_age = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
        Self(Arc::new(Shared {
            bank,
            store,
            clock,
            max_age,
            known: SyncMutex::default(),
            turn: Arc::default(),
        }))
    }
}

#[async_trait]
impl ExchangeRates for NbuRates {
    async fn rate(&self, from: Currency, to: Currency) -> Result<Rate, RatesError> {
        match (from, to) {
            (Currency::USD, Currency::UAH) => self.0.usd_in_uah().await,
            (Currency::UAH, Currency::USD) => {
                let Rate { value, source, as_of, .. } = self.0.usd_in_uah().await?;
                let value = Decimal::ONE.checked_div(value).ok_or(RatesError::NoRate { from, to })?;
                Ok(Rate::new(from, to, value, source, as_of))
            }
            _ => Err(RatesError::NoRate { from, to }),
        }
    }
}

impl Shared {
    async fn usd_in_uah(self: &Arc<Self>) -> Result<Rate, RatesError> {
        let known = self.known().clone();
        if known.is_due(self.clock.now()) {
            if known.failure.is_some() && self.usable(&known).is_ok() {
                // A bank that fails keeps nobody waiting while the last rate is good.
                if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() {
                    tokio::spawn(Arc::clone(self).refresh(turn));
                }
            } else {
                let turn = Arc::clone(&self.turn).lock_owned().await;
                Arc::clone(self).refresh(turn).await;
            }
        }
        let known = self.known().clone();
        self.usable(&known).map_err(|error| RatesError::Unavailable(error.into()))
    }

    /// The rate, unless it is too old; else why there is no newer one.
    fn usable(&self, known: &Known) -> Result<Rate, Arc<NbuError>> {
        let now = self.clock.now();
        let missing = match &known.rate {
            Some(rate) if (now - rate.as_of).abs() <= self.max_age => return Ok(rate.clone()),
            Some(rate) => NbuError::TooOld(rate.as_of),
            None => NbuError::Unknown,
        };
        Err(known.failure.as_ref().map_or_else(|| Arc::new(missing), |(_, cause)| Arc::clone(cause)))
    }

    /// Learns the rate, unless whoever had the turn before has done it.
    async fn refresh(self: Arc<Self>, _turn: OwnedMutexGuard<()>) {
        if !self.known().is_due(self.clock.now()) {
            return;
        }
        if let Err(error) = self.learn().await {
            self.fail(error);
        }
    }

    async fn learn(&self) -> Result<(), NbuError> {
        self.load().await?;
        let known = self.known().clone();
        if !known.is_due(self.clock.now()) {
            return Ok(());
        }
        let told = self.bank.usd_in_uah().await?;
        if let Some(Rate { value: last, .. }) = known.rate
            && !is_near(told, last)
        {
            return Err(NbuError::Absurd { told, last });
        }
        let rate = Rate::new(Currency::USD, Currency::UAH, told, SOURCE, self.clock.now());
        if let Err(error) = self.store.save(&rate).await {
            tracing::warn!("exchange rate is not kept for the next start: {}", chain(&error));
        }
        tracing::debug!("one dollar is worth {told} hryvnias");
        *self.known() = Known { rate: Some(rate), is_loaded: true, failure: None };
        Ok(())
    }

    /// Looks up, once, what was known before the start.
    async fn load(&self) -> Result<(), StoreError> {
        if !self.known().is_loaded {
            let rate = self.store.latest(SOURCE, Currency::USD, Currency::UAH).await?;
            let mut known = self.known();
            known.rate = rate;
            known.is_loaded = true;
        }
        Ok(())
    }

    /// An absurd rate is told each time, anything else once for as long as it lasts.
    fn fail(&self, error: NbuError) {
        let mut known = self.known();
        if matches!(error, NbuError::Absurd { .. }) {
            tracing::error!("{error}; where it is right, set EXCHANGE_RATES=fixed:USD/UAH=… instead");
        } else if known.failure.is_none() {
            tracing::warn!("exchange rate could not be renewed: {}", chain(&error));
        }
        known.failure = Some((self.clock.now(), Arc::new(error)));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Whether it is time to ask the bank.
    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let (asked_at, pause) = match (&self.failure, &self.rate) {
            (Some((failed_at, _)), _) => (*failed_at, RETRY_AFTER),
            (None, Some(rate)) => (rate.as_of, REFRESH_AFTER),
            (None, None) => return true,
        };
        // What lies ahead was told by a clock that was wrong.
        !(TimeDelta::zero()..pause).contains(&(now - asked_at))
    }
}

/// Whether neither is more than [`LARGEST_FACTOR`] times the other.
fn is_near(told: Decimal, last: Decimal) -> bool {
    let within =
        |one: Decimal, other: Decimal| other.checked_mul(LARGEST_FACTOR).is_none_or(|most| one <= most);
    within(told, last) && within(last, told)
}
