//! Amounts in the API: exact JSON numbers.
use std::{borrow::Cow, fmt};

use billing_core::{Currency, JsonAmount, Money};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::error::ApiError;

/// An amount in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(Money);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        JsonAmount::from(self.0).serialize(serializer)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.amount().fmt(f)
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .description(Some("An exact decimal number with 2 to 6 decimals."))
            .examples([serde_json::json!(0.25)])
            .into()
    }
}

impl ToSchema for Amount {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Amount")
    }
}

/// An amount in a request: a JSON number or a plain decimal string, not yet looked at, so that what is wrong with it
/// can be told by the name of its field.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct AmountField(Box<RawValue>);

impl AmountField {
    /// The amount in dollars.
    pub(crate) fn usd(&self, field: &str) -> Result<Money, ApiError> {
        Ok(self.read(field)?.in_currency(Currency::USD))
    }

    /// The amount in a currency, which must not be below zero.
    pub(crate) fn not_negative(&self, field: &str, currency: Currency) -> Result<Money, ApiError> {
        let amount = self.read(field)?.in_currency(currency);
        if amount.is_negative() {
            return Err(invalid_amount(field, "the amount must not be below 0"));
        }
        Ok(amount)
    }

    /// The amount in a currency, which must be above zero.
    pub(crate) fn positive(&self, field: &str, currency: Currency) -> Result<Money, ApiError> {
        let amount = self.read(field)?.positive(currency);
        amount.map_err(|error| invalid_amount(field, &error.to_string()))
    }

    fn read(&self, field: &str) -> Result<JsonAmount, ApiError> {
        serde_json::from_str(self.0.get()).map_err(|error| invalid_amount(field, &error.to_string()))
    }
}

impl PartialSchema for AmountField {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::Number, Type::String]))
            .description(Some("A decimal number with at most 6 decimals, as a number or a string."))
            .examples([serde_json::json!("10.50")])
            .into()
    }
}

impl ToSchema for AmountField {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("AmountField")
    }
}

/// 400 for an amount that can't be used.
pub(crate) fn invalid_amount(field: &str, problem: &str) -> ApiError {
    ApiError::bad_request("INVALID_AMOUNT", format!("{field}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Money, String> {
        let field: AmountField = serde_json::from_str(json).map_err(|error| error.to_string())?;
        field.positive("amount_usd", Currency::USD).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_and_plain_decimal_strings_are_amounts() {
        let ten = Ok(Money::from_micros(10_000_000, Currency::USD));
        for good in ["10", "10.00", "\"10\"", "\"10.000000\""] {
            assert_eq!(read(good), ten, "{good}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_the_name_of_the_field() {
        let plain = "amount_usd: an amount is written as a plain decimal number, such as 10 or 0.25";
        for bad in
            ["1e400", "1e1", "\"abc\"", "\"10 \"", "\"1,5\"", "\"\"", "\"NaN\"", "true", "[]", "{}", "null"]
        {
            assert_eq!(read(bad), Err(plain.to_owned()), "{bad}");
        }
        for bad in ["0", "-1", "\"-0.5\""] {
            assert_eq!(read(bad), Err("amount_usd: the amount must be greater than 0".to_owned()), "{bad}");
        }
        assert_eq!(read("0.0000001"), Err("amount_usd: an amount has at most 6 decimals".to_owned()));
        assert_eq!(read("1000000001"), Err("amount_usd: an amount is at most 1000000000".to_owned()));
        assert!(read("NaN").is_err());
    }
}
