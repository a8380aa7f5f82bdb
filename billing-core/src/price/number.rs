//! Decimals of a price table: plain, exact, never below nothing.
use rust_decimal::Decimal;

use crate::Money;

/// The most digits that are looked at: no number that is taken has more.
const MOST_DIGITS: usize = 32;

/// What a decimal may be. The bounds keep every product of a unit price, a count and two mark-ups within the 28 digits
/// of a [`Decimal`], so that nothing is rounded before the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    decimals: usize,
    most: i64,
}

/// What is charged as it is.
pub(super) const AMOUNT: Rule = Rule { decimals: 6, most: Money::MAX_UNITS };
/// The price of a unit, or the base of an operation.
pub(super) const PRICE: Rule = Rule { decimals: 12, most: Money::MAX_UNITS };
/// A mark-up.
pub(super) const PERCENT: Rule = Rule { decimals: 2, most: 10_000 };

impl Rule {
    /// Reads a decimal such as `10` or `0.00238`, or says what it must be.
    pub(super) fn read(self, text: &str) -> Result<Decimal, String> {
        let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(units) || !digits(decimals) || text.len() > MOST_DIGITS {
            return Err("must be a plain decimal from 0 on, such as \"10\" or \"0.25\"".to_owned());
        }
        if decimals.len() > self.decimals {
            return Err(format!("must have at most {} decimals", self.decimals));
        }
        let most = self.most;
        let value = Decimal::from_str_exact(text).ok().filter(|value| *value <= Decimal::from(most));
        value.ok_or_else(|| format!("must be at most {most}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_are_read_exactly() {
        for (text, value) in [
            ("0", Decimal::ZERO),
            ("0.00238", Decimal::new(238, 5)),
            ("0.000000000001", Decimal::new(1, 12)),
            ("1000000000.000000000000", Decimal::from(1_000_000_000)),
            ("007", Decimal::from(7)),
        ] {
            assert_eq!(PRICE.read(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long = "0".repeat(40);
        for text in
            ["", " ", "1 ", " 1", "-1", "-0", "+1", "1e2", "1E2", "NaN", "inf", "1,5", "1.", ".5", "1.2.3"]
        {
            assert!(PRICE.read(text).is_err(), "{text:?}");
        }
        for text in ["1_000", "0x1", "١", &long, "0.0000000000001", "1000000000.000000000001", "1000000001"]
        {
            assert!(PRICE.read(text).is_err(), "{text:?}");
        }
        assert_eq!(PERCENT.read("10000.01"), Err("must be at most 10000".to_owned()));
        assert_eq!(PERCENT.read("0.125"), Err("must have at most 2 decimals".to_owned()));
    }
}
