//! A table that can't be meant is refused, by the name of what is wrong.
use billing_core::{Currency, PriceTable, PriceTableError};

#[track_caller]
fn refused(toml: &str) -> String {
    match PriceTable::from_toml(toml, Currency::USD) {
        Err(error @ PriceTableError::Value { .. }) => error.to_string(),
        Err(PriceTableError::Syntax(error)) => error.to_string(),
        other => panic!("not refused: {toml}: {other:?}"),
    }
}

/// Each value of a field, and what is said of it; `{}` is where it goes.
#[track_caller]
fn each_refused(toml: &str, values: &[&str], expected: &str) {
    for value in values {
        let message = refused(&toml.replace("{}", value));
        assert!(message.contains(expected), "{value}: {message}");
    }
}

const NO_DECIMALS: [&str; 14] =
    ["", " ", "-1", "-0", "+1", "1e3", "1E3", "NaN", "inf", "1,5", "1.", ".5", " 1", "1 "];

#[test]
fn amounts_are_plain_decimals() {
    let units = "units.token.price = \"{}\"";
    each_refused(units, &NO_DECIMALS, "units.token.price must be a plain decimal");
    each_refused(units, &["0.0000000000001"], "units.token.price must have at most 12 decimals");
    each_refused(units, &["1000000001", "1000000000.1"], "units.token.price must be at most 1000000000");
    each_refused("operations.a.base = \"{}\"", &NO_DECIMALS, "operations.a.base must be a plain decimal");
    each_refused("operations.a.fixed = \"{}\"", &NO_DECIMALS, "operations.a.fixed must");
    each_refused("operations.a.fixed = \"{}\"", &["0.0000001", "1000000001"], "operations.a.fixed must");
    each_refused("unlisted.fixed = \"{}\"", &NO_DECIMALS, "unlisted.fixed must");
    let steps = "units.a.steps = [{ below = 1, price = \"1\" }, { price = \"{}\" }]";
    each_refused(steps, &NO_DECIMALS, "units.a.steps[1].price must be a plain decimal");
    // Numbers are floats to many readers.
    for number in ["0.1", "1", "nan", "inf", "true", "[]"] {
        refused(&format!("units.token.price = {number}"));
        refused(&format!("operations.a.fixed = {number}"));
    }
}

#[test]
fn percents_are_bounded() {
    let markup = "operations.a = { base = \"1\", markup_percent = \"{}\" }";
    each_refused(markup, &NO_DECIMALS, "operations.a.markup_percent must be a plain decimal");
    each_refused(markup, &["10000.01", "99999"], "operations.a.markup_percent must be at most 10000");
    each_refused(markup, &["0.125"], "operations.a.markup_percent must have at most 2 decimals");
    let tiers = "default_tier = \"a\"\ntiers = { a = \"0\", b = \"{}\" }";
    each_refused(tiers, &NO_DECIMALS, "tiers.b must be a plain decimal");
    each_refused(tiers, &["10001"], "tiers.b must be at most 10000");
}

#[test]
fn what_is_named_must_be_there() {
    each_refused("default_tier = \"gold\"\ntiers.a = \"0\"", &[""], "default_tier names no tier");
    each_refused("default_tier = \"gold\"", &[""], "default_tier names no tier");
    each_refused("tiers.a = \"0\"", &[""], "default_tier is missing");
    let unit = "units.a.price = \"1\"\noperations.x.units = [{ unit = \"b\", count = 1 }]";
    each_refused(unit, &[""], "operations.x.units[0].unit names no unit of the table: \"b\"");
    let choice = "units.a.price = \"1\"\noperations.x.units = [{ unit = \"a\", argument = \"d\", counts = { q = 1 }, default = \"{}\" }]";
    each_refused(choice, &["w", "Q", ""], "operations.x.units[0].default is none of counts");
}

#[test]
fn steps_rise_and_end() {
    let steps = |steps: &str| refused(&format!("units.a.steps = {steps}"));
    for (written, problem) in [
        ("[]", "units.a.steps must be at least two"),
        ("[{ price = \"1\" }]", "units.a.steps must be at least two"),
        (
            "[{ below = 5, price = \"1\" }, { below = 9, price = \"2\" }]",
            "units.a.steps must end with a step without below",
        ),
        ("[{ price = \"1\" }, { price = \"2\" }]", "units.a.steps[0] must have a below of more than 0"),
        (
            "[{ below = 0, price = \"1\" }, { price = \"2\" }]",
            "units.a.steps[0] must have a below of more than 0",
        ),
        (
            "[{ below = 5, price = \"1\" }, { below = 5, price = \"1\" }, { price = \"2\" }]",
            "units.a.steps[1] must have a below of more than 5",
        ),
        (
            "[{ below = 5, price = \"1\" }, { below = 4, price = \"1\" }, { price = \"2\" }]",
            "units.a.steps[1] must have a below of more than 5",
        ),
    ] {
        assert!(steps(written).contains(problem), "{written}: {}", steps(written));
    }
    for written in [
        "[{ below = -1, price = \"1\" }, { price = \"2\" }]",
        "[{ below = 1.5, price = \"1\" }, { price = \"2\" }]",
    ] {
        steps(written);
    }
    let both =
        refused("units.a = { price = \"1\", steps = [{ below = 1, price = \"1\" }, { price = \"2\" }] }");
    assert_eq!(both, "units.a must have either a price or steps");
    assert_eq!(refused("units.a = {}"), "units.a must have either a price or steps");
    let many = vec!["{ below = 1, price = \"1\" }"; 65].join(",");
    assert!(steps(&format!("[{many}]")).contains("must be at most 64"));
}

#[test]
fn a_price_is_of_one_kind() {
    let kinds = "must have fixed alone, batch alone, or base and units with a mark-up";
    let batch = "batch = { calls = \"c\", operation = \"o\", arguments = \"a\", most = 5 }";
    for fields in [
        "",
        "markup_percent = \"1\"",
        "fixed = \"1\", base = \"1\"",
        "fixed = \"1\", markup_percent = \"1\"",
        "fixed = \"1\", units = []",
        &format!("fixed = \"1\", {batch}"),
        &format!("base = \"1\", {batch}"),
    ] {
        assert_eq!(
            refused(&format!("operations.x = {{ {fields} }}")),
            format!("operations.x {kinds}"),
            "{fields}"
        );
    }
    assert!(refused("operations.x = \"gratis\"").starts_with("operations.x must be \"free\""));
    assert_eq!(refused(&format!("unlisted = {{ {batch} }}")), "unlisted can't be a batch");
    for (broken, problem) in [
        ("most = 0", "most must be"),
        ("most = 1001", "most must be"),
        ("calls = \"a..b\"", "calls must name"),
    ] {
        let field = broken.split(' ').next().unwrap();
        let kept: Vec<_> = ["calls = \"c\"", "operation = \"o\"", "arguments = \"a\"", "most = 5"]
            .into_iter()
            .filter(|written| !written.starts_with(field))
            .collect();
        let message = refused(&format!("operations.x.batch = {{ {}, {broken} }}", kept.join(", ")));
        assert!(message.starts_with(&format!("operations.x.batch.{problem}")), "{message}");
    }
}

#[test]
fn a_quantity_is_of_one_kind() {
    let quantity = |fields: &str| {
        refused(&format!(
            "units.a.price = \"1\"\noperations.x.units = [{{ unit = \"a\", count = 1 }}, {{ unit = \"a\"{fields} }}]"
        ))
    };
    for fields in [
        "",
        ", count = 1, per = 2",
        ", count = 1, length_of = \"body\"",
        ", count = 1, default = \"a\"",
        ", per = 4",
        ", length_of = \"body\", counts = { a = 1 }",
        ", length_of = \"body\", argument = \"a\"",
        ", argument = \"a\", counts = { a = 1 }, per = 1",
        ", counts = { a = 1 }",
    ] {
        assert!(quantity(fields).starts_with("operations.x.units[1] must have count alone"), "{fields}");
    }
    for (fields, problem) in [
        (", count = 0", ".count must be from 1 to 1000000000"),
        (", count = 1000000001", ".count must be from 1 to 1000000000"),
        (", length_of = \"body\", per = 0", ".per must be from 1"),
        (", length_of = \"\"", ".length_of must name an argument"),
        (", length_of = \"a.\"", ".length_of must name an argument"),
        (", length_of = \"a.b.c.d.e.f.g.h.i\"", ".length_of must name an argument"),
        (", argument = \"a\"", ".counts is missing"),
        (", argument = \"a\", counts = {}", ".counts must be 1 to 16"),
        (", argument = \"\", counts = { a = 1 }", ".argument must name an argument"),
        (", argument = \"a\", counts = { \" \" = 1 }", ".counts.  must have a name"),
        (", argument = \"a\", counts = { b = 1000000001 }", ".counts.b must be from 1"),
    ] {
        let message = quantity(fields);
        assert!(message.starts_with(&format!("operations.x.units[1]{problem}")), "{fields}: {message}");
    }
    let many = vec!["{ unit = \"a\", count = 1 }"; 17].join(",");
    for units in ["[]", &format!("[{many}]")] {
        let message =
            refused(&format!("units.a.price = \"1\"\noperations.x = {{ base = \"1\", units = {units} }}"));
        assert_eq!(message, "operations.x.units must be 1 to 16, or left out");
    }
}

#[test]
fn prices_that_no_amount_can_hold_are_refused() {
    for (toml, place) in [
        ("operations.a = { base = \"1000000000\", markup_percent = \"0.01\" }", "operations.a"),
        (
            "units.u.price = \"1000\"\noperations.a.units = [{ unit = \"u\", length_of = \"body\" }]",
            "operations.a",
        ),
        ("units.u.price = \"2\"\nunlisted.units = [{ unit = \"u\", count = 500000001 }]", "unlisted"),
        (
            "units.u.price = \"1000000000\"\noperations.a.units = [{ unit = \"u\", count = 1000000000 }]",
            "operations.a",
        ),
        (
            "default_tier = \"a\"\ntiers = { a = \"0\", b = \"50\" }\noperations.a.base = \"700000000\"",
            "operations.a",
        ),
        (
            "operations.a.fixed = \"100000001\"\noperations.b.batch = { calls = \"c\", operation = \"o\", arguments = \"a\", most = 10 }",
            "operations.b",
        ),
    ] {
        assert_eq!(refused(toml), format!("{place} can come to more than 1000000000"), "{toml}");
    }
    assert!(PriceTable::from_toml("operations.a.fixed = \"1000000000\"", Currency::USD).is_ok());
}

#[test]
fn what_is_not_known_or_there_twice_is_refused() {
    for toml in [
        "[operatoins]",
        "operations.a = { fixed = \"1\", note = \"x\" }",
        "operations.a.batch = { calls = \"c\", operation = \"o\", arguments = \"a\" }",
        "units.a = { price = \"1\", unit = \"x\" }",
        "units.a.steps = [{ below = 1, price = \"1\", above = 0 }, { price = \"2\" }]",
        "operations.a = { fixed = \"1\" }\noperations.a = \"free\"",
        "operations.a = 1",
        "units.a.price = \"1\"\noperations.x.units = [{ unit = \"a\", times = 2 }]",
        "body_limit_bytes = \"1024\"",
    ] {
        refused(toml);
    }
    for json in [
        r#"{"operations":{"a":"free","a":{"fixed":"1"}}}"#,
        r#"{"operations":{},"operations":{}}"#,
        r#"{"tiers":{"a":"1","a":"2"},"default_tier":"a"}"#,
        r#"{"operations":{"a":{"fixed":"1","fixed":"2"}}}"#,
        r#"{"operations":{"a":{"fixed":0.1}}}"#,
        r#"{"operations":{"a":null}}"#,
        "",
        "[]",
    ] {
        assert!(PriceTable::from_json(json, Currency::USD).is_err(), "{json}");
    }
    each_refused(
        "body_limit_bytes = {}",
        &["1023", "16777217"],
        "body_limit_bytes must be from 1024 to 16777216",
    );
    let long = "x".repeat(129);
    each_refused("operations.\"{}\" = \"free\"", &["", "a\\nb", &long], "operation must");
    each_refused("units.\"{}\".price = \"1\"", &["", " a", "a ", "a\\nb", &long[..65]], "must have a name");
    each_refused("default_tier = \"{}\"\ntiers.\"{}\" = \"1\"", &["", " a", "a\\tb"], "must have a name");
}

#[test]
fn both_formats_say_the_same() {
    let toml = r#"
        default_tier = "a"
        tiers.a = "12.5"
        units.u.steps = [{ below = 5, price = "1" }, { price = "2" }]
        operations.free = "free"
        operations.x.units = [{ unit = "u", argument = "d", counts = { none = 0, some = 3 } }]
        unlisted.fixed = "0.01"
    "#;
    let json = r#"{
        "default_tier": "a", "tiers": {"a": "12.50"}, "unlisted": {"fixed": "0.01"},
        "units": {"u": {"steps": [{"below": 5, "price": "1"}, {"price": "2.0"}]}},
        "operations": {"free": "free", "x": {"units": [{"unit": "u", "argument": "d", "counts": {"none": 0, "some": 3}}]}}
    }"#;
    let (toml, json) =
        (PriceTable::from_toml(toml, Currency::USD), PriceTable::from_json(json, Currency::USD));
    assert_eq!(toml.unwrap(), json.unwrap());
}
