//! What a call has really cost, as the upstream tells: in a header, or behind the body in a trailer.
use billing_core::{AmountError, Currency, Money};
use billing_tower::Meter;
use http::{HeaderMap, HeaderName};

use crate::error::chain;

const COST: HeaderName = HeaderName::from_static("x-billing-cost");

/// Writes the cost that stands in `told` onto the call's meter. One that can't be read is logged and not charged: the
/// estimate stands, or what was told before.
pub(super) fn record(told: &HeaderMap, meter: Option<&Meter>) {
    let (Some(told), Some(meter)) = (read(told), meter) else { return };
    match told {
        Ok(cost) => meter.record(cost),
        Err(error) => tracing::error!("upstream told a cost that is ignored: {}", chain(&error)),
    }
}

fn read(told: &HeaderMap) -> Option<Result<Money, Unreadable>> {
    let mut values = told.get_all(COST).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return Some(Err(Unreadable::Several));
    }
    Some(match value.to_str() {
        Ok(text) => Money::parse(text.trim(), Currency::USD)
            .map_err(|source| Unreadable::NoAmount { told: text.to_owned(), source }),
        Err(_) => Err(Unreadable::NotText),
    })
}

/// Why a cost can't be charged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Unreadable {
    /// Nobody knows which one holds.
    #[error("several costs of one call")]
    Several,
    /// It has bytes that are no visible ASCII.
    #[error("a cost that is no text")]
    NotText,
    /// It is written otherwise than amounts are.
    #[error("a cost of {told:?}")]
    NoAmount {
        /// As it stands there.
        told: String,
        /// What is wrong with it.
        source: AmountError,
    },
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// What is on a meter that a dollar is held for, after these costs are told at once.
    fn reading(costs: &[&[u8]]) -> Option<i64> {
        let mut told = HeaderMap::new();
        for cost in costs {
            told.append(COST, HeaderValue::from_bytes(cost).unwrap());
        }
        let meter = Meter::new(Money::from_micros(1_000_000, Currency::USD));
        record(&told, Some(&meter));
        meter.reading().map(Money::micros)
    }

    #[test]
    fn a_cost_is_read_to_its_last_digit() {
        for (told, micros) in
            [("0.00238", 2_380), ("0", 0), ("1.5", 1_500_000), (" 0.000001 ", 1), ("2.00", 2_000_000)]
        {
            assert_eq!(reading(&[told.as_bytes()]), Some(micros), "{told}");
        }
    }

    #[test]
    fn what_is_no_cost_leaves_the_estimate() {
        for told in [
            "",
            "-0.1",
            "0.0000001",
            "1e-3",
            "$1",
            "0,5",
            "NaN",
            "1 USD",
            "0x1",
            ".5",
            "99999999999",
            "\u{ff}",
        ] {
            assert_eq!(reading(&[told.as_bytes()]), None, "{told}");
        }
        assert_eq!(reading(&[b"0.1", b"0.1"]), None);
        assert_eq!(reading(&[]), None);
    }
}
