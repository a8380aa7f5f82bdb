use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    Call, CostEstimator, Estimate, EstimateError, Needs, PriceTableError, Profile,
    arguments::Arguments,
    batch::{Batch, Item},
    breakdown,
    error::{failed, invalid, out_of_range},
    file::TableFile,
    formula::Formula,
    payer::{Payer, Tiers},
    read,
};
use crate::{Breakdown, Currency, Money, Operation};

/// Prices by operation, as a file tells them.
///
/// An operation is free, has a fixed price, or a price by formula: a base and units that are counted, with mark-ups of
/// the payer's tier and of the operation. A unit may become cheaper with the calls of the payer's month, and a batch
/// costs what its calls cost. An operation that is not listed is refused, unless `unlisted` gives all of those a price.
/// The whole format: `docs/reference/prices.md`.
///
/// # Examples
/// ```
/// use billing_core::{Call, CostEstimator, Currency, Estimate, Operation, PriceTable, Profile};
/// use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};
///
/// let prices = PriceTable::from_toml(
///     r#"
///     default_tier = "startup"
///     tiers = { free = "0", startup = "30" }
///     units.token.price = "0.000002"
///
///     [operations]
///     list_documents = "free"
///     get_legislation = { fixed = "0.002" }
///
///     [operations.search_cases]
///     base = "0.001"
///     units = [
///         { unit = "token", argument = "depth", counts = { quick = 1000, deep = 5000 }, default = "quick" },
///         { unit = "token", length_of = "body", per = 4 },
///     ]
///     "#,
///     Currency::USD,
/// )?;
/// let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
/// let (search, body, payer) = (Operation::new("search_cases")?, r#"{"depth":"deep"}"#.into(), Profile::default());
/// let call = Call::new(&Method::POST, "/", &search, &headers).with_body(&body).with_profile(&payer);
/// // (0.001 + 5004 × 0.000002) × 1.30, rounded half to even
/// assert!(matches!(prices.estimate(&call)?, Estimate::UpTo { amount, .. } if amount.micros() == 14_310));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    operations: BTreeMap<Operation, Price>,
    /// Their names, in small letters.
    listed: BTreeSet<String>,
    unlisted: Option<Price>,
    tiers: Option<Tiers>,
    body_limit_bytes: usize,
    currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Price {
    Free,
    /// The same for every call, with its breakdown.
    Fixed(Money, Breakdown),
    Formula(Formula),
    Batch(Batch),
}

impl PriceTable {
    /// Reads a table in TOML.
    ///
    /// # Errors
    /// [`PriceTableError`] names what can't be used.
    pub fn from_toml(text: &str, currency: Currency) -> Result<Self, PriceTableError> {
        let file = toml::from_str(text).map_err(|error| PriceTableError::Syntax(error.into()))?;
        Self::from_file(&file, currency)
    }

    /// Reads a table in JSON.
    ///
    /// # Errors
    /// [`PriceTableError`] names what can't be used.
    pub fn from_json(text: &str, currency: Currency) -> Result<Self, PriceTableError> {
        let file = serde_json::from_str(text).map_err(|error| PriceTableError::Syntax(error.into()))?;
        Self::from_file(&file, currency)
    }

    fn from_file(file: &TableFile, currency: Currency) -> Result<Self, PriceTableError> {
        let mut units = BTreeMap::new();
        for (name, entry) in &file.units.0 {
            units.insert(name.clone(), read::unit(name, entry)?);
        }
        let mut operations = BTreeMap::new();
        for (name, entry) in &file.operations.0 {
            let place = format!("operations.{name}");
            let operation = Operation::new(name).map_err(|error| PriceTableError::at(&place, error))?;
            operations.insert(operation, read::price(&place, entry, &units, currency)?);
        }
        let unlisted = file.unlisted.as_ref().map(|entry| read::price("unlisted", entry, &units, currency));
        let table = Self {
            listed: operations.keys().map(|operation| operation.as_str().to_ascii_lowercase()).collect(),
            operations,
            unlisted: unlisted.transpose()?,
            tiers: read::tiers(file)?,
            body_limit_bytes: read::body_limit(file)?,
            currency,
        };
        table.check()?;
        Ok(table)
    }

    /// Refuses prices that could come to more than an amount can be.
    fn check(&self) -> Result<(), PriceTableError> {
        if matches!(self.unlisted, Some(Price::Batch(_))) {
            return Err(PriceTableError::at("unlisted", "can't be a batch"));
        }
        let single = self.prices().filter_map(|(_, price)| self.highest(price, Decimal::ZERO));
        let dearest = single.max().unwrap_or_default();
        let most = Decimal::from(Money::MAX_UNITS);
        match self
            .prices()
            .find(|(_, price)| self.highest(price, dearest).is_none_or(|highest| highest > most))
        {
            Some((place, _)) => Err(PriceTableError::at(place, format_args!("can come to more than {most}"))),
            None => Ok(()),
        }
    }

    fn prices(&self) -> impl Iterator<Item = (String, &Price)> {
        let listed =
            self.operations.iter().map(|(operation, price)| (format!("operations.{operation}"), price));
        listed.chain(self.unlisted.iter().map(|price| ("unlisted".to_owned(), price)))
    }

    /// The most that a price can come to, where the dearest call of a batch comes to `dearest`.
    fn highest(&self, price: &Price, dearest: Decimal) -> Option<Decimal> {
        match price {
            Price::Free => Some(Decimal::ZERO),
            Price::Fixed(amount, _) => Some(amount.to_decimal()),
            Price::Formula(formula) => {
                let body_bytes = u64::try_from(self.body_limit_bytes).ok()?;
                formula.highest(body_bytes, self.tiers.as_ref().map_or(Decimal::ZERO, Tiers::highest))
            }
            Price::Batch(batch) => dearest.checked_mul(Decimal::from(batch.most)),
        }
    }

    /// The tiers that have a mark-up.
    pub fn tiers(&self) -> impl Iterator<Item = &str> {
        self.tiers.iter().flat_map(|tiers| tiers.percents.keys().map(String::as_str))
    }

    /// The tier that a payer's prices go by; `None` where they go by none.
    pub fn tier_of<'a>(&'a self, profile: &'a Profile) -> Option<&'a str> {
        self.tiers.as_ref().map(|tiers| tiers.name(profile))
    }

    pub(super) fn price(&self, operation: &Operation) -> Result<&Price, EstimateError> {
        let unlisted = || {
            // Some services take both spellings for one operation: it must not be had at the price of another.
            let is_listed = self.listed.contains(&operation.as_str().to_ascii_lowercase());
            if is_listed { None } else { self.unlisted.as_ref() }
        };
        let price = self.operations.get(operation).or_else(unlisted);
        price.ok_or_else(|| EstimateError::NoPrice { operation: operation.clone() })
    }

    fn reads_body(price: &Price) -> bool {
        match price {
            Price::Free | Price::Fixed(..) => false,
            Price::Formula(formula) => formula.reads_body(),
            Price::Batch(_) => true,
        }
    }

    fn depends_on_payer(&self, price: &Price) -> bool {
        match price {
            Price::Free | Price::Fixed(..) => false,
            Price::Formula(formula) => self.tiers.is_some() || formula.is_stepped(),
            Price::Batch(_) => self
                .prices()
                .any(|(_, price)| matches!(price, Price::Formula(_)) && self.depends_on_payer(price)),
        }
    }

    fn payer<'a>(&'a self, price: &Price, call: &Call<'a>) -> Result<Payer<'a>, EstimateError> {
        if !self.depends_on_payer(price) {
            return Ok(Payer::default());
        }
        let profile = call
            .profile
            .ok_or_else(|| failed("the profile that the price depends on was not handed over"))?;
        let tier = self.tiers.as_ref().map(|tiers| tiers.of(profile)).transpose()?;
        Ok(Payer { tier, volume: profile.month_calls })
    }

    /// What a call costs within a batch.
    fn item<'t>(
        &'t self,
        operation: &Operation,
        arguments: &Arguments<'_>,
        payer: Payer<'t>,
    ) -> Result<Item<'t>, EstimateError> {
        match self.price(operation)? {
            Price::Free => Ok(Item::FREE),
            Price::Fixed(amount, _) => Ok(Item { amount: Some(amount.to_decimal()), ..Item::FREE }),
            Price::Formula(formula) => {
                let cost = formula.cost(arguments, payer)?;
                Ok(Item { amount: Some(cost.total), volume: cost.volume, tier: cost.tier })
            }
            Price::Batch(_) => Err(invalid("a batch must not hold another")),
        }
    }

    /// The one rounding of a price.
    fn rounded(&self, total: Decimal) -> Result<Money, EstimateError> {
        Money::round_half_even(total, self.currency).ok_or_else(out_of_range)
    }
}

impl CostEstimator for PriceTable {
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
        let price = self.price(call.operation)?;
        let (amount, breakdown) = match price {
            Price::Free => return Ok(Estimate::Free),
            Price::Fixed(amount, breakdown) => (*amount, breakdown.clone()),
            Price::Formula(formula) => {
                let arguments = if formula.reads_body() {
                    Arguments::of(call, self.body_limit_bytes)?
                } else {
                    Arguments::none(call.headers)
                };
                let cost = formula.cost(&arguments, self.payer(price, call)?)?;
                let total = self.rounded(cost.total)?;
                (total, breakdown::of_cost(&cost, total)?)
            }
            Price::Batch(batch) => {
                let payer = self.payer(price, call)?;
                let arguments = Arguments::of(call, self.body_limit_bytes)?;
                let tally =
                    batch.tally(&arguments, |operation, arguments| self.item(operation, arguments, payer))?;
                if tally.is_free {
                    return Ok(Estimate::Free);
                }
                let total = self.rounded(tally.total)?;
                (total, breakdown::of_tally(&tally, total)?)
            }
        };
        Ok(Estimate::UpTo { amount, breakdown: Some(breakdown) })
    }

    fn needs(&self, operation: &Operation) -> Needs {
        let Ok(price) = self.price(operation) else { return Needs::NOTHING };
        let body_limit = Self::reads_body(price).then_some(self.body_limit_bytes);
        Needs { body_limit, profile: self.depends_on_payer(price) }
    }
}
