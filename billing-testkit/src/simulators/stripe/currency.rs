//! Currencies: which exist, how small a payment may be, how minor units read.

use crate::simulators::shared::amount;

/// Amounts above eight digits are refused.
pub(super) const MAXIMUM_AMOUNT: i64 = 99_999_999;

const ZERO_DECIMAL: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];

const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

const TWO_DECIMAL: &[&str] = &[
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bmd", "bnd",
    "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc", "cve", "czk", "dkk",
    "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gtq", "gyd", "hkd", "hnl",
    "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak", "lbp", "lkr",
    "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad",
    "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron", "rsd", "sar",
    "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb", "tjs", "top", "try", "ttd",
    "twd", "tzs", "uah", "ugx", "usd", "uyu", "uzs", "wst", "xcd", "yer", "zar", "zmw",
];

pub(super) fn is_known(currency: &str) -> bool {
    [TWO_DECIMAL, ZERO_DECIMAL, THREE_DECIMAL].iter().any(|list| list.contains(&currency))
}

/// The smallest payment in minor units.
///
/// Stripe converts a currency without a line of its own and compares with the minimum of the settlement currency;
/// here hryvnias stand at a fixed 21.00, about half a dollar.
pub(super) fn minimum_amount(currency: &str) -> i64 {
    match currency {
        "gbp" => 30,
        "aed" | "pln" | "ron" => 200,
        "dkk" => 250,
        "nok" | "sek" => 300,
        "hkd" => 400,
        "mxn" | "thb" => 1_000,
        "czk" => 1_500,
        "uah" => 2_100,
        "huf" => 17_500,
        _ => 50,
    }
}

/// Minor units as people read them: `2500` of `uah` is `25.00 UAH`.
pub(super) fn display(minor_units: i64, currency: &str) -> String {
    let decimals = if ZERO_DECIMAL.contains(&currency) {
        0
    } else if THREE_DECIMAL.contains(&currency) {
        3
    } else {
        2
    };
    amount::display(minor_units, decimals, currency)
}

#[cfg(test)]
mod tests {
    use super::display;

    #[test]
    fn minor_units_are_shown_with_the_decimals_of_their_currency() {
        assert_eq!(display(2_505, "usd"), "25.05 USD");
        assert_eq!(display(5, "uah"), "0.05 UAH");
        assert_eq!(display(-1_500, "usd"), "-15.00 USD");
        assert_eq!(display(500, "jpy"), "500 JPY");
        assert_eq!(display(1_250, "kwd"), "1.250 KWD");
    }
}
