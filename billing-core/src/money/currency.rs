use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency, with the number of decimals its minor unit has.
///
/// # Examples
/// ```
/// use billing_core::Currency;
///
/// let currency: Currency = "UAH".parse()?;
/// assert_eq!(currency, Currency::UAH);
/// assert_eq!(currency.minor_unit_micros(), 10_000);
/// # Ok::<(), billing_core::UnknownCurrency>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self::new(*b"USD", 2);
    /// Ukrainian hryvnia.
    pub const UAH: Self = Self::new(*b"UAH", 2);
    /// Euro.
    pub const EUR: Self = Self::new(*b"EUR", 2);
    /// Pound sterling.
    pub const GBP: Self = Self::new(*b"GBP", 2);
    /// Polish złoty.
    pub const PLN: Self = Self::new(*b"PLN", 2);
    /// Japanese yen, which has no minor unit.
    pub const JPY: Self = Self::new(*b"JPY", 0);

    const KNOWN: [Self; 6] = [Self::USD, Self::UAH, Self::EUR, Self::GBP, Self::PLN, Self::JPY];

    const fn new(code: [u8; 3], exponent: u8) -> Self {
        Self { code, exponent }
    }

    /// The three-letter code.
    pub fn code(&self) -> &str {
        str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Micros in one minor unit: 10 000 for a cent, 1 000 000 for a yen.
    pub const fn minor_unit_micros(self) -> i64 {
        match self.exponent {
            0 => 1_000_000,
            _ => 10_000,
        }
    }

    /// The sign written before an amount, where readers of this product know it.
    pub(crate) const fn sign(self) -> Option<&'static str> {
        match &self.code {
            b"USD" => Some("$"),
            b"UAH" => Some("₴"),
            b"EUR" => Some("€"),
            _ => None,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Reads an upper-case code.
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::KNOWN
            .into_iter()
            .find(|currency| currency.code() == code)
            .ok_or_else(|| UnknownCurrency { code: code.chars().take(8).collect() })
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        code.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// The code is not a currency this library knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency {code:?}")]
pub struct UnknownCurrency {
    code: String,
}
