//! Reading amounts, exactly.
use super::{MICROS_PER_UNIT, Money};

const MAX_DECIMALS: usize = 6;
/// Digits of the most major units that there can be.
const MAX_UNIT_DIGITS: usize = 13;

/// A text is not an amount that this product takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Not of the form `12`, `0.25` or `-1.5`: blanks, commas, exponents and words are refused.
    #[error("an amount is written as a plain decimal number, such as 10 or 0.25")]
    NotANumber,
    /// More decimals than micros can hold.
    #[error("an amount has at most 6 decimals")]
    TooManyDecimals,
    /// Beyond [`Money::MAX_UNITS`].
    #[error("an amount is at most 1000000000")]
    TooLarge,
    /// Zero or less where money must move.
    #[error("the amount must be greater than 0")]
    NotPositive,
}

/// Reads a plain decimal from outside into micros.
pub(super) fn micros(text: &str) -> Result<i64, AmountError> {
    let micros = any_micros(text)?;
    let most = Money::MAX_UNITS.checked_mul(MICROS_PER_UNIT);
    if most.is_some_and(|most| micros.unsigned_abs() <= most.unsigned_abs()) {
        Ok(micros)
    } else {
        Err(AmountError::TooLarge)
    }
}

/// Reads a plain decimal into micros, whatever an amount can be: a sum may be more than is accepted from outside.
pub(super) fn any_micros(text: &str) -> Result<i64, AmountError> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (units, decimals) = match digits.split_once('.') {
        Some((_, "")) => return Err(AmountError::NotANumber),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() || !all_digits(units) || !all_digits(decimals) {
        return Err(AmountError::NotANumber);
    }
    if decimals.len() > MAX_DECIMALS {
        return Err(AmountError::TooManyDecimals);
    }
    let units = units.trim_start_matches('0');
    if units.len() > MAX_UNIT_DIGITS {
        return Err(AmountError::TooLarge);
    }
    format!("{sign}{units}{decimals:0<MAX_DECIMALS$}").parse().map_err(|_| AmountError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_are_read_exactly() {
        for (text, expected) in [
            ("10", 10_000_000),
            ("0.25", 250_000),
            ("0.000001", 1),
            ("-3.5", -3_500_000),
            ("007", 7_000_000),
            ("0", 0),
            ("1000000000", 1_000_000_000_000_000),
        ] {
            assert_eq!(micros(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        use AmountError::{NotANumber, TooLarge, TooManyDecimals};
        for (text, error) in [
            ("", NotANumber),
            (" ", NotANumber),
            ("10 ", NotANumber),
            ("1,5", NotANumber),
            ("1e5", NotANumber),
            ("1e400", NotANumber),
            ("NaN", NotANumber),
            ("+1", NotANumber),
            ("--1", NotANumber),
            ("1.", NotANumber),
            (".5", NotANumber),
            ("1.2.3", NotANumber),
            ("١", NotANumber),
            ("0.0000001", TooManyDecimals),
            ("1000000000.000001", TooLarge),
            ("99999999999999999999", TooLarge),
        ] {
            assert_eq!(micros(text), Err(error), "{text}");
        }
    }
}
