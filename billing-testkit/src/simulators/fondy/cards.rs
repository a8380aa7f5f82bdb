//! The test cards.

use serde::{Deserialize, Serialize};

/// Why the bank declines, unless it is told otherwise: a code that gives no reason.
pub(super) const USUAL_DECLINE: u32 = 1004;

/// A card that the bank approves or declines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TestCard {
    pub(super) number: &'static str,
    pub(super) brand: &'static str,
    /// How the payer is recognised: `5` with 3-D Secure, `6` without a challenge, `7` not at all.
    pub(super) eci: &'static str,
    pub(super) is_approved: bool,
}

const fn visa(number: &'static str, eci: &'static str, is_approved: bool) -> TestCard {
    TestCard { number, brand: "VISA", eci, is_approved }
}

const fn mastercard(number: &'static str) -> TestCard {
    TestCard { number, brand: "MASTERCARD", eci: "5", is_approved: true }
}

pub(super) const TEST_CARDS: [TestCard; 8] = [
    visa("4444555566661111", "5", true),
    visa("4444111166665555", "5", false),
    visa("4444555511116666", "7", true),
    visa("4444111155556666", "7", false),
    mastercard("5555666644441111"),
    mastercard("6666444455551111"),
    visa("4444555566669999", "6", true),
    visa("4444999966665555", "6", false),
];

/// The card of payers who give none: it is approved, or declined.
pub(super) fn usual(is_approved: bool) -> &'static TestCard {
    if is_approved { &TEST_CARDS[0] } else { &TEST_CARDS[1] }
}

/// The card with this number; spaces and hyphens do not matter.
pub(super) fn find(number: &str) -> Option<&'static TestCard> {
    let digits: String = number.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
    TEST_CARDS.iter().find(|card| card.number == digits)
}

impl TestCard {
    /// What the merchant may know of it.
    pub(super) fn seen_by_merchant(&self) -> SeenCard {
        let (first, last) = (&self.number[..6], &self.number[12..]);
        SeenCard {
            masked: format!("{first}XXXXXX{last}"),
            bin: first.parse().unwrap_or_default(),
            brand: self.brand.to_owned(),
            eci: self.eci.to_owned(),
        }
    }

    /// The number as people read it, in groups of four.
    pub(super) fn grouped(&self) -> String {
        let number = self.number;
        [&number[..4], &number[4..8], &number[8..12], &number[12..]].join(" ")
    }
}

/// A card without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeenCard {
    pub(super) masked: String,
    pub(super) bin: u32,
    pub(super) brand: String,
    pub(super) eci: String,
}

#[cfg(test)]
mod tests {
    use super::{TEST_CARDS, find};

    #[test]
    fn a_card_is_found_however_it_is_grouped() {
        for card in &TEST_CARDS {
            assert_eq!(find(card.number), Some(card));
            assert_eq!(find(&card.grouped()), Some(card));
        }
        assert_eq!(find("4444-5555-6666-1111"), Some(&TEST_CARDS[0]));
        assert_eq!(find("4444 5555 6666 1112"), None);
    }

    #[test]
    fn the_merchant_sees_ten_digits() {
        let seen = TEST_CARDS[0].seen_by_merchant();
        assert_eq!((seen.masked.as_str(), seen.bin), ("444455XXXXXX1111", 444_455));
    }
}
