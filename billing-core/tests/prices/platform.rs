//! A platform's formula, case by case and over the whole grid, computed a second time in whole numbers.
use billing_core::{Currency, Money, PriceTable, Profile};

use super::{estimate, priced, table};

/// Tokens at 0.002 for a thousand, upstream calls by the month's volume, internal calls, tiers and an operation's
/// mark-up. `answer` is a plain tool, the others are searches.
pub(super) const PLATFORM: &str = r#"
default_tier = "startup"

[tiers]
free = "0"
startup = "30"
business = "50"
enterprise = "40"
internal = "0"

[units.token]
price = "0.000002"

[units.upstream_call]
steps = [
    { below = 10000, price = "0.00714" },
    { below = 20000, price = "0.00690" },
    { below = 30000, price = "0.00667" },
    { below = 50000, price = "0.00643" },
    { price = "0.00238" },
]

[units.internal_call]
price = "0.0004"

[operations.answer]
units = [
    { unit = "token", argument = "reasoning_budget", counts = { quick = 1000, standard = 3000, deep = 5000 }, default = "standard" },
    { unit = "token", length_of = "body", per = 4 },
    { unit = "upstream_call", argument = "reasoning_budget", counts = { quick = 1, standard = 2, deep = 5 }, default = "standard" },
]

[operations.search_cases]
base = "0.001"
markup_percent = "10"
units = [
    { unit = "token", argument = "reasoning_budget", counts = { quick = 1000, standard = 3000, deep = 5000 }, default = "standard" },
    { unit = "token", length_of = "body", per = 4 },
    { unit = "upstream_call", argument = "reasoning_budget", counts = { quick = 1, standard = 2, deep = 5 }, default = "standard" },
    { unit = "upstream_call", count = 1 },
    { unit = "internal_call", count = 5 },
]

[operations.search_registry]
base = "0.00012345"
units = [
    { unit = "token", argument = "reasoning_budget", counts = { quick = 1000, standard = 3000, deep = 5000 }, default = "standard" },
    { unit = "token", length_of = "body", per = 4 },
    { unit = "upstream_call", argument = "reasoning_budget", counts = { quick = 1, standard = 2, deep = 5 }, default = "standard" },
    { unit = "upstream_call", count = 1 },
    { unit = "internal_call", count = 5 },
]
"#;

const NONE: &str = "";

/// A body of so many characters.
pub(super) fn body(budget: &str, length: usize) -> String {
    let bare = match budget {
        NONE => r#"{"query":""}"#.to_owned(),
        budget => format!(r#"{{"query":"","reasoning_budget":"{budget}"}}"#),
    };
    let query = "x".repeat(length.checked_sub(bare.len()).unwrap());
    bare.replacen(r#""query":"""#, &format!(r#""query":"{query}""#), 1)
}

fn price(table: &PriceTable, operation: &str, budget: &str, length: usize, volume: u64, tier: &str) -> Money {
    let body = body(budget, length);
    assert_eq!(body.len(), length);
    let tier = (tier != NONE).then(|| tier.to_owned());
    priced(estimate(table, operation, &body, &Profile::new(tier, volume))).0
}

#[test]
fn the_formula_is_that_of_the_platform() {
    let table = table(PLATFORM);
    for (operation, budget, length, volume, tier, expected) in [
        // (1000 + 25) × 0.000002 + 1 × 0.00714 = 0.00919
        ("answer", "quick", 100, 0, "free", "0.00919"),
        ("answer", "quick", 100, 0, "startup", "0.011947"),
        // (3000 + 25) × 0.000002 + 2 × 0.00714 = 0.02033; × 1.3
        ("answer", "standard", 100, 0, "startup", "0.026429"),
        // (5000 + 25) × 0.000002 + 5 × 0.00714 = 0.04575; × 1.3
        ("answer", "deep", 100, 0, "startup", "0.059475"),
        // Neither a budget nor a tier: standard and startup.
        ("answer", NONE, 100, 0, NONE, "0.026429"),
        // 0.00605 + 2 × the step's price; × 1.5
        ("answer", "standard", 100, 9_999, "business", "0.030495"),
        ("answer", "standard", 100, 10_000, "business", "0.029775"),
        ("answer", "standard", 100, 19_999, "business", "0.029775"),
        ("answer", "standard", 100, 20_000, "business", "0.029085"),
        ("answer", "standard", 100, 29_999, "business", "0.029085"),
        ("answer", "standard", 100, 30_000, "business", "0.028365"),
        ("answer", "standard", 100, 49_999, "business", "0.028365"),
        ("answer", "standard", 100, 50_000, "business", "0.016215"),
        // (5000 + 1001) × 0.000002 + 5 × 0.00238 = 0.023902; × 1.4 = 0.0334628
        ("answer", "deep", 4_001, 50_000, "enterprise", "0.033463"),
        ("answer", "deep", 4_004, 50_000, "internal", "0.023902"),
        // 0.001 + 1025 × 0.000002 + 2 × 0.00714 + 5 × 0.0004 = 0.01933; × 1.1
        ("search_cases", "quick", 100, 9_999, "free", "0.021263"),
        // 0.001 + 1026 × 0.000002 + 2 × 0.0069 + 0.002 = 0.018852; × (1 + 0.3 + 0.1) = 0.0263928
        ("search_cases", "quick", 101, 10_000, "startup", "0.026393"),
        ("search_cases", "quick", 104, 10_000, "startup", "0.026393"),
        // One character more is one token more: 0.018854 × 1.4 = 0.0263956
        ("search_cases", "quick", 105, 10_000, "startup", "0.026396"),
        // 0.001 + 3250 × 0.000002 + 3 × 0.00643 + 0.002 = 0.02879; × 1.5
        ("search_cases", "standard", 1_000, 49_999, "enterprise", "0.043185"),
        // 0.0095 + 3 × 0.00238 = 0.01664; × 1.5
        ("search_cases", "standard", 1_000, 50_000, "enterprise", "0.02496"),
        // 0.001 + 10000 × 0.000002 + 6 × 0.00714 + 0.002 = 0.06584; × 1.6
        ("search_cases", "deep", 20_000, 0, "business", "0.105344"),
        ("search_cases", "deep", 20_000, 1_000_000, "internal", "0.041008"),
        ("search_cases", NONE, 99, 0, NONE, "0.042658"),
        // 0.00012345 + 1013 × 0.000002 + 0.01428 + 0.002 = 0.01842945; × 1.3 = 0.023958285
        ("search_registry", "quick", 50, 9_999, "startup", "0.023958"),
        // 0.00012345 + 3013 × 0.000002 + 0.0207 + 0.002 = 0.02884945; × 1.5 = 0.043274175
        ("search_registry", "standard", 51, 10_000, "business", "0.043274"),
        // 0.00012345 + 80000 × 0.000002 + 0.03858 + 0.002 = 0.20070345; × 1.4 = 0.28098483
        ("search_registry", "deep", 300_000, 49_999, "enterprise", "0.280985"),
        ("search_registry", "deep", 300_000, 50_000, "free", "0.176403"),
    ] {
        let case = (operation, budget, length, volume, tier);
        let expected = Money::parse(expected, Currency::USD).unwrap();
        assert_eq!(price(&table, operation, budget, length, volume, tier), expected, "{case:?}");
    }
}

#[test]
fn the_whole_grid_agrees_with_whole_numbers() {
    let table = table(PLATFORM);
    let budgets = [("quick", 1_000, 1), ("standard", 3_000, 2), ("deep", 5_000, 5), (NONE, 3_000, 2)];
    let tiers =
        [("free", 0), ("startup", 30), ("business", 50), ("enterprise", 40), ("internal", 0), (NONE, 30)];
    // What each has more than a plain tool, in hundred-millionths: base, mark-up, upstream calls, internal calls.
    let operations =
        [("answer", 0, 0, 0, 0), ("search_cases", 100_000, 10, 1, 5), ("search_registry", 12_345, 0, 1, 5)];
    let mut cases = 0;
    for (operation, base, markup, more_calls, internal) in operations {
        for (budget, tokens, calls) in budgets {
            for length in [47, 48, 49, 1_000, 65_536] {
                for volume in [0, 9_999, 10_000, 19_999, 20_000, 29_999, 30_000, 49_999, 50_000, u64::MAX] {
                    let upstream = match volume {
                        0..10_000 => 714_000,
                        10_000..20_000 => 690_000,
                        20_000..30_000 => 667_000,
                        30_000..50_000 => 643_000,
                        _ => 238_000,
                    };
                    for (tier, percent) in tiers {
                        let length_tokens = i64::try_from(length).unwrap() / 4 + i64::from(length % 4 > 0);
                        let cost = base
                            + (tokens + length_tokens) * 200
                            + (calls + more_calls) * upstream
                            + internal * 40_000;
                        // In ten-thousandths of a micro.
                        let exact = cost * (100 + percent + markup);
                        let (whole, rest) = (exact / 10_000, exact % 10_000);
                        let up = rest > 5_000 || (rest == 5_000 && whole % 2 == 1);
                        let case = (operation, budget, length, volume, tier);
                        let expected = whole + i64::from(up);
                        assert_eq!(
                            price(&table, operation, budget, length, volume, tier).micros(),
                            expected,
                            "{case:?}"
                        );
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 3 * 4 * 5 * 10 * 6);
}

#[test]
fn a_price_is_rounded_once_half_to_even() {
    for (base, markup, micros) in [
        ("0.0000015", "0", 2),
        ("0.0000025", "0", 2),
        ("0.000002500001", "0", 3),
        // 0.000001 × 1.5: the mark-up is not rounded by itself.
        ("0.000001", "50", 2),
        ("0.000003", "50", 4),
        ("0.000000000001", "10000", 0),
        // All the digits that there can be: 9900990.099009900990 × 101 = 999999999.99999999999
        ("9900990.099009900990", "10000", 1_000_000_000_000_000),
        ("123456789.000000500001", "0.01", 123_469_134_678_901),
    ] {
        let table = table(&format!("operations.a = {{ base = \"{base}\", markup_percent = \"{markup}\" }}"));
        assert_eq!(super::micros(&table, "a", ""), micros, "{base} + {markup} %");
    }
}

#[test]
fn the_example_of_the_reference_is_true() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/prices.md");
    let page = std::fs::read_to_string(page).unwrap();
    let block = |fence: &str| page.split_once(fence).unwrap().1.split_once("```").unwrap().0;
    let table = table(block("```toml\n"));
    let payer = Profile::new(Some("startup".to_owned()), 12_345);
    let (amount, breakdown) =
        priced(estimate(&table, "search_cases", r#"{"reasoning_budget":"quick"}"#, &payer));
    assert_eq!(amount.micros(), 23_540);
    assert_eq!(breakdown.as_str(), block("```json\n").replace("\n ", "").trim_end());
}
