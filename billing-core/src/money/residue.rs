use std::fmt;

use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::Money;

/// What rounding an exchanged amount to a micro left over: a whole number of picos (millionths of a micro), exact.
///
/// Rates have at most [`Residue::RATE_DECIMALS`] decimals and payments are whole minor units, so an amount at its rate
/// always comes to whole picos.
///
/// # Examples
/// ```
/// use billing_core::{Currency, Money, Residue};
///
/// let paid = Money::parse("415.37", Currency::UAH)?;
/// let rate = "0.0241050002".parse()?;
/// let credit = Residue::credit(paid, rate, Currency::USD).unwrap();
/// assert_eq!(credit.to_string(), "10.012494 USD");
/// // 415.37 × 0.0241050002 = 10.012493933074, of which the last part belongs to nobody.
/// assert_eq!(Residue::of(paid, rate, credit).unwrap().to_string(), "-0.000000066926");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Residue {
    picos: i64,
}

impl Residue {
    /// Nothing left over.
    pub const ZERO: Self = Self { picos: 0 };
    /// The most decimals of a rate.
    pub const RATE_DECIMALS: u32 = 10;
    const DECIMALS: u32 = 12;

    /// So many picos.
    pub const fn from_picos(picos: i64) -> Self {
        Self { picos }
    }

    /// Millionths of a micro.
    pub const fn picos(self) -> i64 {
        self.picos
    }

    /// Whether nothing is left over.
    pub const fn is_zero(self) -> bool {
        self.picos == 0
    }

    /// What `paid` is worth at `rate`, rounded to a micro. `None` when out of range.
    pub fn credit(paid: Money, rate: Decimal, currency: super::Currency) -> Option<Money> {
        Money::round_half_even(paid.to_decimal().checked_mul(rate)?, currency)
    }

    /// What `paid` is worth at `rate` beyond `credit`. `None` when that is out of range or no whole number of picos.
    pub fn of(paid: Money, rate: Decimal, credit: Money) -> Option<Self> {
        let exact = paid.to_decimal().checked_mul(rate)?.checked_sub(credit.to_decimal())?;
        let picos = exact.checked_mul(Decimal::from(10_i64.pow(Self::DECIMALS)))?.normalize();
        if picos.scale() == 0 { picos.to_i64().map(Self::from_picos) } else { None }
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.picos.checked_add(other.picos).map(Self::from_picos)
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.picos.checked_sub(other.picos).map(Self::from_picos)
    }

    /// In major units.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.picos, Self::DECIMALS)
    }
}

impl fmt::Display for Residue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_decimal(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn a_residue_is_exact_or_none() {
        let uah = |text| Money::parse(text, Currency::UAH).unwrap();
        let rate: Decimal = "0.0240973611".parse().unwrap();
        for paid in ["0.01", "50", "99999.99", "100000"] {
            let credit = Residue::credit(uah(paid), rate, Currency::USD).unwrap();
            let residue = Residue::of(uah(paid), rate, credit).unwrap();
            assert!(residue.picos().abs() <= 500_000, "{paid}: {residue}");
            assert_eq!(credit.to_decimal() + residue.to_decimal(), uah(paid).to_decimal() * rate);
        }
        let too_fine: Decimal = "0.02409736111".parse().unwrap();
        assert_eq!(Residue::of(uah("0.01"), too_fine, Money::zero(Currency::USD)), None);
    }
}
