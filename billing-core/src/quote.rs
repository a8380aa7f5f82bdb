//! Quotes: what a payment in another currency will be credited, fixed before it is paid.
use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{AccountId, Money, QuoteId, Rate, Residue, StoreError};

/// What an amount is credited when it is paid: the rate holds for the payment that is started with it, for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quote {
    /// Its name.
    pub id: QuoteId,
    /// For whom it was made.
    pub account: AccountId,
    /// What is to be paid.
    pub amount: Money,
    /// What is credited for it, in the ledger's currency.
    pub credit: Money,
    /// What one unit of the payment's currency is credited, the spread already taken off; at most
    /// [`Residue::RATE_DECIMALS`] decimals.
    pub rate: Decimal,
    /// What one unit of the ledger's currency was worth in the payment's, and who told.
    pub market: Rate,
    /// What the deployment keeps of an exchange, in percent of the market rate.
    pub spread_percent: Decimal,
    /// When the quote was made.
    pub created_at: DateTime<Utc>,
    /// Until when a payment may be started with it.
    pub valid_until: DateTime<Utc>,
}

/// What a deployment makes of market rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuoteTerms {
    /// What the deployment keeps of an exchange, in percent of the market rate: 0 to 100.
    pub spread_percent: Decimal,
    /// For how long a payment may be started with a quote.
    pub valid_for: TimeDelta,
}

impl Default for QuoteTerms {
    /// Nothing is kept, and a quote is good for a quarter of an hour.
    fn default() -> Self {
        Self { spread_percent: Decimal::ZERO, valid_for: TimeDelta::minutes(15) }
    }
}

impl QuoteTerms {
    /// Keeps so many percent of the market rate.
    #[must_use]
    pub fn with_spread_percent(mut self, percent: Decimal) -> Self {
        self.spread_percent = percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED);
        self
    }
}

impl Quote {
    /// A quote for `amount` at a market rate from the ledger's currency to the payment's. `None` when the amount is in
    /// another currency than the rate's, or comes to nothing or out of range.
    ///
    /// # Examples
    /// ```
    /// use billing_core::{AccountId, Currency, Money, Quote, QuoteTerms, Rate};
    /// use chrono::Utc;
    ///
    /// let market = Rate::new(Currency::USD, Currency::UAH, "41.50".parse()?, "fixed", Utc::now());
    /// let amount = Money::parse("1000", Currency::UAH)?;
    /// let account = AccountId::new("acme")?;
    /// let quote = Quote::new(account, amount, &market, QuoteTerms::default(), Utc::now()).unwrap();
    /// assert_eq!(quote.rate.to_string(), "0.0240963855");
    /// assert_eq!(quote.credit.to_string(), "24.096386 USD");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        account: AccountId,
        amount: Money,
        market: &Rate,
        terms: QuoteTerms,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let kept = terms.spread_percent.checked_div(Decimal::ONE_HUNDRED)?.checked_add(Decimal::ONE)?;
        let rate = Decimal::ONE.checked_div(market.value.checked_mul(kept)?)?;
        let rate = rate.round_dp_with_strategy(Residue::RATE_DECIMALS, RoundingStrategy::MidpointNearestEven);
        let credit = Residue::credit(amount, rate, market.from)?;
        if amount.currency() != market.to || !credit.is_positive() {
            return None;
        }
        // Amounts finer than a minor unit may come to less than a pico.
        Residue::of(amount, rate, credit)?;
        let mut quote = Self::at_rate(QuoteId::new(), account, amount, credit, rate, market.clone());
        quote.spread_percent = terms.spread_percent;
        quote.created_at = now;
        quote.valid_until = now.checked_add_signed(terms.valid_for)?;
        Some(quote)
    }

    /// A quote as it was settled, without a spread and valid for no time: for those who store quotes.
    pub fn at_rate(
        id: QuoteId,
        account: AccountId,
        amount: Money,
        credit: Money,
        rate: Decimal,
        market: Rate,
    ) -> Self {
        let (created_at, valid_until) = (market.as_of, market.as_of);
        Self {
            id,
            account,
            amount,
            credit,
            rate,
            market,
            spread_percent: Decimal::ZERO,
            created_at,
            valid_until,
        }
    }
}

/// Keeps quotes.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// A quote never changes. The quote store suite of `billing-testkit` has to pass.
#[async_trait]
pub trait QuoteStore: fmt::Debug + Send + Sync + 'static {
    /// Stores a new quote; a repeat changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn insert_quote(&self, quote: &Quote) -> Result<(), StoreError>;

    /// A quote by its id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn quote(&self, id: QuoteId) -> Result<Option<Quote>, StoreError>;

    /// Forgets up to `limit` quotes that were valid until before a time and that no payment was started with; tells how
    /// many.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget_quotes(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: QuoteStore + ?Sized> QuoteStore for Arc<S> {
    async fn insert_quote(&self, quote: &Quote) -> Result<(), StoreError> {
        (**self).insert_quote(quote).await
    }
    async fn quote(&self, id: QuoteId) -> Result<Option<Quote>, StoreError> {
        (**self).quote(id).await
    }
    async fn forget_quotes(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        (**self).forget_quotes(before, limit).await
    }
}

const _: fn(&dyn QuoteStore) = |_| {};
