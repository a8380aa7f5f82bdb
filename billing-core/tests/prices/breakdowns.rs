use std::fmt::Write as _;

use billing_core::Profile;

use super::{
    estimate,
    platform::{PLATFORM, body},
    priced, table,
};

#[test]
fn a_breakdown_tells_every_part_exactly() {
    let table = table(PLATFORM);
    let startup = Profile::new(Some("startup".to_owned()), 12);
    let (amount, breakdown) = priced(estimate(&table, "search_cases", &body("standard", 100), &startup));
    assert_eq!(amount.micros(), 42_658);
    assert_eq!(
        breakdown.as_str(),
        concat!(
            r#"{"price":"units","base":0.001,"units":["#,
            r#"{"unit":"token","count":3025,"price":0.000002,"amount":0.00605},"#,
            r#"{"unit":"upstream_call","count":3,"price":0.00714,"amount":0.02142},"#,
            r#"{"unit":"internal_call","count":5,"price":0.0004,"amount":0.002}],"#,
            r#""volume":12,"cost":0.03047,"tier":"startup","tier_percent":30,"tier_amount":0.009141,"#,
            r#""markup_percent":10,"markup_amount":0.003047,"total":0.042658}"#
        )
    );
}

#[test]
fn parts_that_do_not_matter_are_left_out() {
    let table = table("operations = { a = { base = \"1.50\" }, b = { fixed = \"0.0024\" } }");
    let told = |operation| priced(estimate(&table, operation, "", &Profile::default())).1.as_str().to_owned();
    let a = r#"{"price":"units","base":1.5,"units":[],"cost":1.5,"markup_percent":0,"markup_amount":0,"total":1.50}"#;
    assert_eq!(told("a"), a);
    assert_eq!(told("b"), r#"{"price":"fixed","base":0.0024}"#);
}

#[test]
fn the_longest_breakdown_has_a_bound() {
    // Names that JSON writes twice as long, as many as there can be, and all the digits.
    let name = |number: usize| format!("{number:02}{}", "\\\"".repeat(31));
    let mut toml = format!("default_tier = '{0}'\ntiers.'{0}' = \"9999.99\"\n", name(99));
    for number in 0..16 {
        let (name, price) = (name(number), number + 123_456_789);
        let steps = format!("[{{ below = 5, price = \"0.1\" }}, {{ price = \"0.{price:012}\" }}]");
        writeln!(toml, "units.'{name}'.steps = {steps}").unwrap();
    }
    let units: Vec<_> =
        (0..16).map(|number| format!("{{ unit = '{}', count = 1000 }}", name(number))).collect();
    let units = units.join(",");
    let base = "base = \"9999.123456789012\", markup_percent = \"999.99\"";
    writeln!(toml, "operations.a = {{ {base}, units = [{units}] }}").unwrap();
    let (_, breakdown) = priced(estimate(&table(&toml), "a", "", &Profile::new(None, u64::MAX)));
    assert!(breakdown.as_str().len() > 3_000);
}
