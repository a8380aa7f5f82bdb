use billing_core::{Language, Money};

const NO_BREAK: char = '\u{a0}';
const MINUS: char = '\u{2212}';

/// An amount for a sentence, digit by digit: `1 234,56 ₴` with blanks that no line breaks at, or `₴1,234.56`.
///
/// It has at least the decimals that its currency's minor unit has, and at most six.
pub(crate) fn amount(money: Money, language: Language) -> String {
    let (group_mark, decimal_mark) = match language {
        Language::En => (',', '.'),
        _ => (NO_BREAK, ','),
    };
    let plain = money.amount().to_string();
    let digits = plain.trim_start_matches('-');
    let (units, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let units = grouped(units, group_mark);
    // Yens have no decimals: `.00` says nothing there.
    let has_minor_unit = money.currency().minor_unit_micros() < 1_000_000;
    let number = match decimals {
        "" => units,
        "00" if !has_minor_unit => units,
        _ => format!("{units}{decimal_mark}{decimals}"),
    };
    let minus = if money.is_negative() { MINUS.to_string() } else { String::new() };
    let code = money.currency().code().to_owned();
    match (sign(&code), language) {
        (Some(sign), Language::En) => format!("{minus}{sign}{number}"),
        (sign, _) => format!("{minus}{number}{NO_BREAK}{}", sign.unwrap_or(&code)),
    }
}

/// The digits in threes, counted from the right.
fn grouped(digits: &str, mark: char) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 * mark.len_utf8());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

/// The signs that readers in both languages know.
fn sign(code: &str) -> Option<&'static str> {
    match code {
        "USD" => Some("$"),
        "UAH" => Some("₴"),
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use billing_core::Currency;

    use super::*;

    #[test]
    fn amounts_are_said_as_each_language_does() {
        for (micros, currency, uk, en) in [
            (12_400_000, Currency::USD, "12,40\u{a0}$", "$12.40"),
            (1_234_560_000, Currency::UAH, "1\u{a0}234,56\u{a0}₴", "₴1,234.56"),
            (0, Currency::USD, "0,00\u{a0}$", "$0.00"),
            (999_000_000, Currency::EUR, "999,00\u{a0}€", "€999.00"),
            (1_000_000_000_000, Currency::GBP, "1\u{a0}000\u{a0}000,00\u{a0}£", "£1,000,000.00"),
            (2_400, Currency::USD, "0,0024\u{a0}$", "$0.0024"),
            (-1_000_001, Currency::USD, "\u{2212}1,000001\u{a0}$", "\u{2212}$1.000001"),
            (-12_400_000, Currency::PLN, "\u{2212}12,40\u{a0}PLN", "\u{2212}12.40\u{a0}PLN"),
            (500_000_000, Currency::JPY, "500\u{a0}¥", "¥500"),
            (500_500_000, Currency::JPY, "500,50\u{a0}¥", "¥500.50"),
        ] {
            let money = Money::from_micros(micros, currency);
            assert_eq!(amount(money, Language::Uk), uk);
            assert_eq!(amount(money, Language::En), en);
        }
    }

    #[test]
    fn the_extremes_are_exact() {
        let most = Money::from_micros(i64::MAX, Currency::USD);
        assert_eq!(amount(most, Language::En), "$9,223,372,036,854.775807");
        let least = Money::from_micros(i64::MIN, Currency::USD);
        assert_eq!(amount(least, Language::En), "\u{2212}$9,223,372,036,854.775808");
    }
}
