//! Amounts in JSON: exact numbers, never through a float.
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use serde_json::value::RawValue;

use super::{AmountError, Currency, Money, parse};

/// An amount as JSON carries it: a number such as `0.25`, written and read digit by digit.
///
/// A plain decimal string (`"0.25"`) is read as well. The currency is not part of it: field names carry it
/// (`balance_usd`).
///
/// # Examples
/// ```
/// use billing_core::{Currency, JsonAmount, Money};
///
/// let amount: JsonAmount = serde_json::from_str("0.1000")?;
/// assert_eq!(amount.in_currency(Currency::USD), Money::from_micros(100_000, Currency::USD));
/// assert_eq!(serde_json::to_string(&amount)?, "0.10");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonAmount {
    micros: i64,
}

impl JsonAmount {
    /// The amount in a currency.
    pub const fn in_currency(self, currency: Currency) -> Money {
        Money::from_micros(self.micros, currency)
    }

    /// The amount in a currency, which must be above nothing.
    ///
    /// # Errors
    /// [`AmountError::NotPositive`] for zero and below.
    pub fn positive(self, currency: Currency) -> Result<Money, AmountError> {
        if self.micros > 0 { Ok(self.in_currency(currency)) } else { Err(AmountError::NotPositive) }
    }
}

impl From<Money> for JsonAmount {
    fn from(money: Money) -> Self {
        Self { micros: money.micros() }
    }
}

impl Serialize for JsonAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = super::Amount(self.micros).to_string();
        RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonAmount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text: String;
        let digits = if raw.get().starts_with('"') {
            text = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
            &text
        } else {
            raw.get()
        };
        parse::micros(digits).map(|micros| Self { micros }).map_err(D::Error::custom)
    }
}

/// Money on its way to storage: the amount as text beside its currency.
#[derive(Serialize, Deserialize)]
struct StoredMoney {
    amount: String,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StoredMoney { amount: self.amount().to_string(), currency: self.currency() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredMoney::deserialize(deserializer)?;
        let micros = parse::any_micros(&stored.amount).map_err(D::Error::custom)?;
        Ok(Self::from_micros(micros, stored.currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_plain_strings_are_read_digit_by_digit() {
        for (json, micros) in [
            ("0.1", 100_000),
            ("\"10\"", 10_000_000),
            ("-0.000001", -1),
            ("999999999.999999", 999_999_999_999_999),
        ] {
            assert_eq!(serde_json::from_str::<JsonAmount>(json).unwrap(), JsonAmount { micros }, "{json}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for json in ["null", "true", "[]", "{}", "1e3", "\"10 \"", "\"1,5\"", "\"\"", "0.0000001", "\"NaN\""]
        {
            assert!(serde_json::from_str::<JsonAmount>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn money_survives_storage() {
        let money = Money::from_micros(-1_234_567, Currency::UAH);
        let json = serde_json::to_string(&money).unwrap();
        assert_eq!(json, r#"{"amount":"-1.234567","currency":"UAH"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        // Sums may exceed what is accepted from outside.
        for micros in [i64::MIN, -1, 0, 1_000_000_000_000_001, i64::MAX] {
            let money = Money::from_micros(micros, Currency::UAH);
            assert_eq!(
                serde_json::from_str::<Money>(&serde_json::to_string(&money).unwrap()).unwrap(),
                money
            );
        }
    }

    #[test]
    fn numbers_are_written_exactly() {
        let amount = JsonAmount::from(Money::from_micros(123_456_789_012_345, Currency::USD));
        assert_eq!(serde_json::to_string(&amount).unwrap(), "123456789.012345");
        assert_eq!(serde_json::to_value(amount).unwrap().to_string(), "123456789.012345");
    }
}
