//! Exact money.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod currency;
mod json;
mod parse;
mod residue;

use std::fmt;

pub use currency::{Currency, UnknownCurrency};
pub use json::JsonAmount;
pub use parse::AmountError;
pub use residue::Residue;
use rust_decimal::{Decimal, RoundingStrategy};

/// Micros in one major unit.
pub(crate) const MICROS_PER_UNIT: i64 = 1_000_000;

/// An exact amount: a whole number of micros (millionths of the major unit) of one currency.
///
/// Arithmetic is checked: it answers `None` on overflow and when the currencies differ.
///
/// # Examples
/// ```
/// use billing_core::{Currency, Money};
///
/// let price = Money::parse("0.0024", Currency::USD)?;
/// let balance = Money::parse("10", Currency::USD)?;
/// assert_eq!(balance.checked_sub(price), Some(Money::from_micros(9_997_600, Currency::USD)));
/// assert_eq!(price.to_string(), "0.0024 USD");
/// # Ok::<(), billing_core::AmountError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    micros: i64,
    currency: Currency,
}

impl Money {
    /// The largest amount that is accepted from outside: 10⁹ major units.
    pub const MAX_UNITS: i64 = 1_000_000_000;

    /// An amount in millionths of the major unit.
    pub const fn from_micros(micros: i64, currency: Currency) -> Self {
        Self { micros, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self { micros: 0, currency }
    }

    /// Reads a plain decimal such as `10`, `0.25` or `-3.5`.
    ///
    /// # Errors
    /// [`AmountError`] when the text is anything else, has more than 6 decimals, or exceeds [`Money::MAX_UNITS`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        parse::micros(text).map(|micros| Self { micros, currency })
    }

    /// An amount in the minor unit: `1_299` cents are 12.99 dollars. `None` when out of range.
    pub fn from_minor(minor: i64, currency: Currency) -> Option<Self> {
        let micros = minor.checked_mul(currency.minor_unit_micros())?;
        Some(Self { micros, currency })
    }

    /// Whole minor units; `None` when the amount does not divide exactly.
    pub fn to_minor_exact(self) -> Option<i64> {
        let unit = self.currency.minor_unit_micros();
        (self.micros.checked_rem(unit)? == 0).then(|| self.micros.checked_div(unit))?
    }

    /// **The one rounding of this project**: half to even, to whole micros. `None` when out of range.
    pub fn round_half_even(value: Decimal, currency: Currency) -> Option<Self> {
        let scaled = value.checked_mul(Decimal::from(MICROS_PER_UNIT))?;
        let rounded = scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        Some(Self { micros: i64::try_from(rounded).ok()?, currency })
    }

    /// The amount as a decimal number of major units.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.micros, 6)
    }

    /// Millionths of the major unit.
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.micros == 0
    }

    /// Whether the amount is below nothing.
    pub const fn is_negative(self) -> bool {
        self.micros < 0
    }

    /// Whether the amount is above nothing.
    pub const fn is_positive(self) -> bool {
        self.micros > 0
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let micros = self.micros.checked_add(other.micros)?;
        (self.currency == other.currency).then_some(Self { micros, ..self })
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let micros = self.micros.checked_sub(other.micros)?;
        (self.currency == other.currency).then_some(Self { micros, ..self })
    }

    /// The share of `self` that `part` is of `whole`, rounded half to even: what a part of a payment is worth in
    /// the currency it was credited in. Exactly `self` when `part` equals `whole`.
    pub fn share(self, part: Self, whole: Self) -> Option<Self> {
        if part.currency != whole.currency || whole.is_zero() {
            return None;
        }
        if part == whole {
            return Some(self);
        }
        let product = self.to_decimal().checked_mul(part.to_decimal())?;
        Self::round_half_even(product.checked_div(whole.to_decimal())?, self.currency)
    }

    /// The amount alone, with 2 to 6 decimals: `0.50`, `0.0024`.
    pub fn amount(self) -> impl fmt::Display {
        Amount(self.micros)
    }

    /// The amount for a sentence: `$0.50`, `₴41.50`, `3.00 PLN`.
    pub fn with_sign(self) -> impl fmt::Display {
        WithSign(self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Amount(self.micros), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Micros as a decimal with 2 to 6 decimals.
struct Amount(i64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = MICROS_PER_UNIT.unsigned_abs();
        let micros = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, rest) = (micros.checked_div(unit).unwrap_or(0), micros.checked_rem(unit).unwrap_or(0));
        let decimals = format!("{rest:06}");
        let (shown, optional) = decimals.split_at(2);
        write!(f, "{sign}{units}.{shown}{}", optional.trim_end_matches('0'))
    }
}

struct WithSign(Money);

impl fmt::Display for WithSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = self.0;
        let Some(sign) = money.currency.sign() else {
            return fmt::Display::fmt(&money, f);
        };
        let minus = if money.micros < 0 { "-" } else { "" };
        let amount = Amount(money.micros).to_string();
        write!(f, "{minus}{sign}{}", amount.trim_start_matches('-'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Money {
        Money::parse(text, Currency::USD).unwrap()
    }

    #[test]
    fn amounts_show_two_to_six_decimals() {
        for (text, shown) in
            [("10", "10.00"), ("0.5", "0.50"), ("0.0024", "0.0024"), ("-1.000001", "-1.000001")]
        {
            assert_eq!(usd(text).amount().to_string(), shown);
        }
        assert_eq!(usd("-0.5").with_sign().to_string(), "-$0.50");
        assert_eq!(Money::from_micros(1, Currency::PLN).with_sign().to_string(), "0.000001 PLN");
        assert_eq!(Money::from_micros(i64::MIN, Currency::USD).amount().to_string(), "-9223372036854.775808");
    }

    #[test]
    fn minor_units_are_exact_or_refused() {
        assert_eq!(Money::from_minor(1_299, Currency::USD), Some(usd("12.99")));
        assert_eq!(usd("12.99").to_minor_exact(), Some(1_299));
        assert_eq!(usd("12.999").to_minor_exact(), None);
        assert_eq!(Money::from_minor(5, Currency::JPY).unwrap().micros(), 5_000_000);
        assert_eq!(Money::from_minor(i64::MAX, Currency::USD), None);
    }

    #[test]
    fn rounding_is_half_to_even() {
        for (value, micros) in [("0.0000005", 0), ("0.0000015", 2), ("0.0000025", 2), ("-0.0000015", -2)] {
            let value: Decimal = value.parse().unwrap();
            assert_eq!(Money::round_half_even(value, Currency::USD).unwrap().micros(), micros, "{value}");
        }
        assert_eq!(Money::round_half_even(Decimal::MAX, Currency::USD), None);
    }

    #[test]
    fn sums_need_one_currency_and_range() {
        assert_eq!(usd("1").checked_add(Money::zero(Currency::UAH)), None);
        assert_eq!(Money::from_micros(i64::MAX, Currency::USD).checked_add(usd("1")), None);
    }

    #[test]
    fn a_share_of_the_whole_is_exactly_the_whole() {
        let credit = usd("10");
        let paid = Money::parse("415.37", Currency::UAH).unwrap();
        assert_eq!(credit.share(paid, paid), Some(credit));
        let third = Money::parse("138.456666", Currency::UAH).unwrap();
        assert_eq!(credit.share(third, paid), Some(usd("3.333333")));
        assert_eq!(credit.share(third, Money::zero(Currency::UAH)), None);
    }
}
