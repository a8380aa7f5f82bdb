use std::fmt::Write as _;

use billing_core::{Estimate, EstimateError, PriceTable, Profile};

use super::{estimate, invalid, priced, table};

fn batches() -> PriceTable {
    table(
        r#"
        default_tier = "startup"
        tiers.startup = "30"
        units.token.price = "0.000002"
        [operations]
        list = "free"
        law = { fixed = "0.002" }
        search = { units = [{ unit = "token", length_of = "body", per = 4 }] }
        depth = { units = [{ unit = "token", argument = "depth", counts = { quick = 1 } }] }
        tiny = { base = "0.0000003" }
        batch = { batch = { calls = "calls", operation = "name", arguments = "arguments", most = 20 } }
        "#,
    )
}

#[test]
fn a_batch_costs_what_its_calls_cost() {
    let table = batches();
    let body = r#"{"calls":[
        {"name":"search","arguments":{"query":"abc"}},
        {"name":"list"},
        {"name":"law","arguments":{"depth":1}},
        {"name":"search"}
    ]}"#;
    let (amount, breakdown) = priced(estimate(&table, "batch", body, &Profile::default()));
    // ⌈15/4⌉ and ⌈2/4⌉ tokens at 0.000002, × 1.3; and 0.002 as it is.
    assert_eq!(amount.micros(), 2_013);
    assert_eq!(
        breakdown.as_str(),
        concat!(
            r#"{"price":"batch","calls":4,"operations":[{"operation":"law","calls":1,"amount":0.002},"#,
            r#"{"operation":"search","calls":2,"amount":0.000013},{"operation":"list","calls":1,"amount":0}],"#,
            r#""tier":"startup","tier_percent":30,"total":0.002013}"#
        )
    );
    // 4 × 0.0000003 × 1.3 = 0.00000156: the sum is rounded, not its parts.
    let tiny = format!(r#"{{"calls":[{}]}}"#, [r#"{"name":"tiny"}"#; 4].join(","));
    assert_eq!(super::micros(&table, "batch", &tiny), 2);
}

#[test]
fn a_batch_of_free_calls_is_free() {
    let table = batches();
    let body = r#"{"calls":[{"name":"list"},{"name":"list","arguments":{}}]}"#;
    assert_eq!(estimate(&table, "batch", body, &Profile::default()).unwrap(), Estimate::Free);
}

#[test]
fn one_call_that_has_no_price_refuses_the_whole() {
    let table = batches();
    let unknown =
        estimate(&table, "batch", r#"{"calls":[{"name":"law"},{"name":"other"}]}"#, &Profile::default());
    assert!(matches!(unknown, Err(EstimateError::NoPrice { operation }) if operation.as_str() == "other"));
    let many = format!(r#"{{"calls":[{}]}}"#, [r#"{"name":"law"}"#; 21].join(","));
    for (body, expected) in [
        (r#"{"calls":[{"name":"law"},{"name":"depth"}]}"#, "calls[1]: depth must be one of quick"),
        (
            r#"{"calls":[{"name":"batch","arguments":{"calls":[]}}]}"#,
            "calls[0]: a batch must not hold another",
        ),
        (r#"{"calls":[{"arguments":{}}]}"#, "calls[0]: name must name the operation"),
        (r#"{"calls":[{"name":7}]}"#, "calls[0]: name must name the operation"),
        (r#"{"calls":[{"name":""}]}"#, "calls[0]: operation must have 1 to 128 bytes"),
        (r#"{"calls":[]}"#, "calls must hold at least one call"),
        ("{}", "calls must be the calls of the batch"),
        ("", "calls must be the calls of the batch"),
        (r#"{"calls":{"name":"law"}}"#, "expected an array"),
        (r#"{"calls":["law"]}"#, "calls[0]: "),
        (r#"{"calls":[{"name":"list","name":"law"}]}"#, "name is there twice"),
        (r#"{"calls":[{"name":"list","Name":"law"}]}"#, "name must be spelled so"),
        (r#"{"calls":[{"name":"list"}],"calls":[{"name":"law"}]}"#, "calls is there twice"),
        (r#"{"calls":[{"name":"depth","arguments":[]}]}"#, "expected an object"),
        (&many, "more than 20 calls"),
    ] {
        let message = invalid(&table, "batch", body);
        assert!(message.contains(expected), "{body}: {message}");
    }
}

#[test]
fn the_breakdown_of_the_largest_batch_has_a_bound() {
    let name = |number: usize| format!("{number:03}{}", "\\\\".repeat(62));
    let mut toml = String::from(
        "operations.batch.batch = { calls = \"c\", operation = \"n\", arguments = \"a\", most = 1000 }\n",
    );
    for number in 0..1_000 {
        writeln!(toml, "operations.\"{}\".fixed = \"0.{number:03}\"", name(number)).unwrap();
    }
    let calls: Vec<_> = (0..1_000).map(|number| format!(r#"{{"n":"{}"}}"#, name(number))).collect();
    let body = format!(r#"{{"c":[{}]}}"#, calls.join(","));
    let (amount, breakdown) = priced(estimate(&table(&toml), "batch", &body, &Profile::default()));
    assert_eq!(amount.micros(), 499_500_000);
    assert!(
        breakdown.as_str().starts_with(r#"{"price":"batch","calls":1000,"operations":[{"operation":"999"#)
    );
    // The sixteen dearest are told, 999 to 984.
    assert!(breakdown.as_str().ends_with(r#""other":{"calls":984,"amount":483.636},"total":499.50}"#));
}
