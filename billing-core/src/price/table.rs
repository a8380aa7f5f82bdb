use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Call, CostEstimator, Estimate, EstimateError, Needs};
use crate::{AmountError, BoxError, Breakdown, Currency, InvalidName, Money, Operation};

/// Prices by operation.
///
/// An operation is `"free"` or has a fixed price. One that is not listed is refused, unless `unlisted` gives all of
/// those a price.
///
/// # Examples
/// ```
/// use billing_core::{Call, CostEstimator, Currency, Estimate, Money, Operation, PriceTable};
/// use http::{HeaderMap, Method};
///
/// let prices = PriceTable::from_toml(
///     r#"
///     [operations]
///     search_cases = { fixed = "0.0024" }
///     list_documents = "free"
///     "#,
///     Currency::USD,
/// )?;
/// let (headers, search) = (HeaderMap::new(), Operation::new("search_cases")?);
/// let call = Call::new(&Method::POST, "/api/tools/search_cases", &search, &headers);
/// assert!(matches!(prices.estimate(&call)?, Estimate::UpTo { amount, .. } if amount.micros() == 2_400));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    operations: BTreeMap<Operation, Price>,
    unlisted: Option<Price>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Price {
    Free,
    Fixed(Money),
}

impl PriceTable {
    /// Reads a table in TOML.
    ///
    /// # Errors
    /// [`PriceTableError`] names what can't be read.
    pub fn from_toml(text: &str, currency: Currency) -> Result<Self, PriceTableError> {
        let file = toml::from_str(text).map_err(|error| PriceTableError::Syntax(error.into()))?;
        Self::from_file(file, currency)
    }

    /// Reads a table in JSON.
    ///
    /// # Errors
    /// [`PriceTableError`] names what can't be read.
    pub fn from_json(text: &str, currency: Currency) -> Result<Self, PriceTableError> {
        let file = serde_json::from_str(text).map_err(|error| PriceTableError::Syntax(error.into()))?;
        Self::from_file(file, currency)
    }

    fn from_file(file: TableFile, currency: Currency) -> Result<Self, PriceTableError> {
        let operations = file
            .operations
            .into_iter()
            .map(|(name, entry)| {
                let price = entry.price(&name, currency)?;
                let name = Operation::new(name).map_err(PriceTableError::Name)?;
                Ok((name, price))
            })
            .collect::<Result<_, _>>()?;
        let unlisted = file.unlisted.map(|entry| entry.price("unlisted", currency)).transpose()?;
        Ok(Self { operations, unlisted })
    }
}

impl CostEstimator for PriceTable {
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
        match self.operations.get(call.operation).or(self.unlisted.as_ref()) {
            Some(Price::Free) => Ok(Estimate::Free),
            Some(Price::Fixed(amount)) => {
                Ok(Estimate::UpTo { amount: *amount, breakdown: fixed_breakdown(*amount) })
            }
            None => Err(EstimateError::NoPrice { operation: call.operation.clone() }),
        }
    }

    fn needs(&self, _operation: &Operation) -> Needs {
        Needs::NOTHING
    }
}

fn fixed_breakdown(amount: Money) -> Option<Breakdown> {
    Breakdown::new(format!("{{\"price\":\"fixed\",\"base\":{}}}", amount.amount())).ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    #[serde(default)]
    operations: BTreeMap<String, Entry>,
    unlisted: Option<Entry>,
}

/// Amounts are strings in both formats: their number syntax is a float in many readers.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Entry {
    Free,
    Fixed(String),
}

impl Entry {
    fn price(&self, name: &str, currency: Currency) -> Result<Price, PriceTableError> {
        let Self::Fixed(text) = self else {
            return Ok(Price::Free);
        };
        let amount = Money::parse(text, currency)
            .and_then(|amount| if amount.is_negative() { Err(AmountError::NotPositive) } else { Ok(amount) });
        amount
            .map(Price::Fixed)
            .map_err(|source| PriceTableError::Amount { operation: name.to_owned(), source })
    }
}

/// Why a price table can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PriceTableError {
    /// The text is not of the form of a price table.
    #[error("price table can't be read")]
    Syntax(#[source] BoxError),
    /// An operation's name breaks a rule.
    #[error("price table names an operation that can't be")]
    Name(#[source] InvalidName),
    /// A price is not an amount.
    #[error("price of {operation} is not an amount")]
    Amount {
        /// Which operation.
        operation: String,
        /// What is wrong with it.
        source: AmountError,
    },
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn estimate(table: &PriceTable, operation: &str) -> Result<Estimate, EstimateError> {
        let (headers, operation) = (HeaderMap::new(), Operation::new(operation).unwrap());
        table.estimate(&Call::new(&Method::POST, "/", &operation, &headers))
    }

    #[test]
    fn an_unlisted_operation_is_refused_unless_declared() {
        let strict = PriceTable::from_json(r#"{"operations": {"a": "free"}}"#, Currency::USD).unwrap();
        assert_eq!(estimate(&strict, "a").unwrap(), Estimate::Free);
        assert!(matches!(estimate(&strict, "b"), Err(EstimateError::NoPrice { .. })));
        let open = PriceTable::from_toml("unlisted = { fixed = \"0.01\" }", Currency::USD).unwrap();
        let Estimate::UpTo { amount, breakdown } = estimate(&open, "b").unwrap() else { panic!("not free") };
        assert_eq!(amount.micros(), 10_000);
        assert_eq!(breakdown.unwrap().as_str(), r#"{"price":"fixed","base":0.01}"#);
    }

    #[test]
    fn a_table_with_a_wrong_price_is_refused() {
        for price in ["-1", "0.0000001", "abc", "1e2", ""] {
            let text = format!("[operations]\na = {{ fixed = \"{price}\" }}");
            assert!(PriceTable::from_toml(&text, Currency::USD).is_err(), "{price}");
        }
        assert!(PriceTable::from_toml("[operations]\na = { fixed = 0.1 }", Currency::USD).is_err());
        assert!(PriceTable::from_toml("[operatoins]\n", Currency::USD).is_err());
    }
}
