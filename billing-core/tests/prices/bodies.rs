//! A body is priced as everybody reads it, or not at all.
use billing_core::{EstimateError, PriceTable, Profile};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{estimate_with, invalid, json_headers, micros, table};

/// A dollar for each count.
fn depths() -> PriceTable {
    table(
        r#"
        units.depth.price = "0.000001"
        [operations]
        plain = { units = [{ unit = "depth", argument = "depth", counts = { quick = 1, deep = 50 }, default = "quick" }] }
        inner = { units = [{ unit = "depth", argument = "options.depth", counts = { quick = 1, deep = 50 } }] }
        body = { units = [{ unit = "depth", length_of = "body" }] }
        query = { units = [{ unit = "depth", length_of = "query", per = 2 }] }
        "#,
    )
}

#[test]
fn arguments_are_found_where_they_are() {
    let table = depths();
    for (operation, body, count) in [
        ("plain", r#"{"depth":"deep"}"#, 50),
        ("plain", " {\"a\": [1, {\"depth\": 7}], \"depth\" : \"quick\"} ", 1),
        ("plain", r#"{"\u0064epth":"d\u0065ep"}"#, 50),
        ("plain", r#"{"options":{"depth":"deep"}}"#, 1),
        ("plain", "{}", 1),
        ("plain", "", 1),
        ("inner", r#"{"options":{"depth":"deep"},"depth":"quick"}"#, 50),
        ("inner", r#"{"depth":1,"depth":2,"options":{"a":1,"a":2,"depth":"quick"}}"#, 1),
    ] {
        assert_eq!(micros(&table, operation, body), count, "{body}");
    }
}

#[test]
fn lengths_are_those_of_javascript() {
    let table = depths();
    for (operation, body, count) in [
        ("body", "", 2),
        ("body", "{}", 2),
        ("body", r#"{"a": 1}"#, 8),
        ("body", "їжак", 4),
        ("body", "🦔", 2),
        ("body", "no JSON at all", 14),
        ("query", r#"{"query":"їжаки"}"#, 3),
        ("query", r#"{"query":"\u0457\n"}"#, 1),
        ("query", r#"{"query":[1, 2]}"#, 3),
        ("query", r#"{"query":null}"#, 2),
        ("query", r#"{"query":""}"#, 0),
        ("query", "{}", 0),
    ] {
        assert_eq!(micros(&table, operation, body), count, "{body}");
    }
    let broken = estimate_with(&table, "body", b"\xff\xff\xff", &HeaderMap::new(), &Profile::default());
    assert_eq!(super::priced(broken).0.micros(), 3);
}

#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    let table = depths();
    for (operation, body) in [
        ("plain", r#"{"depth":"quick","depth":"deep"}"#),
        ("plain", r#"{"depth":"quick","\u0064epth":"deep"}"#),
        ("plain", r#"{"depth":"quick","Depth":"deep"}"#),
        ("plain", r#"{"DEPTH":"deep"}"#),
        ("inner", r#"{"options":{"depth":"quick"},"options":{"depth":"deep"}}"#),
        ("inner", r#"{"options":{"depth":"quick","depth":"deep"}}"#),
        ("inner", r#"{"options":{"depth":"quick"},"Options":{"depth":"deep"}}"#),
        ("inner", "{\"option\u{17f}\":{\"depth\":\"deep\"},\"options\":{\"depth\":\"quick\"}}"),
        ("plain", r#"{"depth":"quick"} {"depth":"deep"}"#),
        ("plain", r#"{"depth":"quick"}]"#),
        ("plain", "\u{feff}{\"depth\":\"quick\"}"),
        ("plain", r#"[{"depth":"quick"}]"#),
        ("plain", r#""quick""#),
        ("plain", "null"),
        ("plain", "depth=quick"),
        ("plain", r#"{"depth":"quick""#),
        ("plain", "{'depth':'quick'}"),
        ("plain", r#"{"depth":"quick",}"#),
        ("plain", "{\"depth\":\"quick\"/* deep */}"),
        ("plain", "{\0\"\0d\0}\0"),
        ("plain", " "),
        ("inner", r#"{"options":null}"#),
        ("inner", r#"{"options":"deep"}"#),
        ("query", r#"{"query":"\ud800"}"#),
    ] {
        let message = invalid(&table, operation, body);
        assert!(message.contains("the body") || message.contains("query"), "{body}: {message}");
    }
    let deep = format!(r#"{{"a":{}{},"depth":"quick"}}"#, "[".repeat(100), "]".repeat(100));
    assert_eq!(invalid(&table, "plain", &deep), "the body is nested deeper than 64");
    let no_utf_8 = estimate_with(&table, "plain", b"{\"a\":\"\xff\"}", &json_headers(), &Profile::default());
    assert!(matches!(no_utf_8, Err(EstimateError::Invalid { message }) if message.contains("UTF-8")));
}

#[test]
fn an_argument_outside_the_list_names_the_list() {
    let table = depths();
    for body in [
        r#"{"depth":"deeper"}"#,
        r#"{"depth":"Deep"}"#,
        r#"{"depth":"deep "}"#,
        r#"{"depth":""}"#,
        r#"{"depth":null}"#,
        r#"{"depth":1}"#,
        r#"{"depth":["deep"]}"#,
    ] {
        assert_eq!(invalid(&table, "plain", body), "depth must be one of deep, quick", "{body}");
    }
    // Without a default it must be there.
    assert_eq!(invalid(&table, "inner", "{}"), "options.depth must be one of deep, quick");
    assert_eq!(invalid(&table, "inner", r#"{"options":{}}"#), "options.depth must be one of deep, quick");
}

#[test]
fn a_body_must_say_what_it_is() {
    let table = depths();
    let answer = |operation: &str, body: &str, headers: &[(&'static str, &'static str)]| {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut all = HeaderMap::new();
        headers.iter().map(header).for_each(|(name, value)| {
            all.append(name, value);
        });
        match estimate_with(&table, operation, body.as_bytes(), &all, &Profile::default()) {
            Err(EstimateError::Invalid { message }) => Err(message),
            estimate => Ok(super::priced(estimate).0.micros()),
        }
    };
    let quick = r#"{"depth":"quick"}"#;
    for json in
        ["application/json", "Application/JSON; charset=UTF-8", "application/ld+json;charset=\"utf-8\""]
    {
        assert_eq!(answer("plain", quick, &[("content-type", json)]), Ok(1), "{json}");
    }
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "json",
        "application/json; charset=utf-7",
        "application/json; a=b; charset = utf-16",
        "application/json, text/plain",
    ] {
        assert!(answer("plain", quick, &[("content-type", other)]).is_err(), "{other}");
    }
    assert!(answer("plain", quick, &[]).is_err());
    let twice = [("content-type", "application/json"), ("content-type", "application/json")];
    assert!(answer("plain", quick, &twice).is_err());
    // Where nothing is read in it, and where there is nothing, it may be anything.
    assert_eq!(answer("body", quick, &[("content-type", "text/plain")]), Ok(17));
    assert_eq!(answer("plain", "", &[]), Ok(1));

    let encoded = |encoding| answer("body", quick, &[("content-encoding", encoding)]);
    assert_eq!(encoded("Identity"), Ok(17));
    for encoding in ["gzip", "br", "identity, gzip", "", "x"] {
        assert!(encoded(encoding).is_err(), "{encoding:?}");
    }
}

#[test]
fn a_body_that_was_not_bounded_before_is_bounded_here() {
    let table = table(
        "body_limit_bytes = 1024\nunits.u.price = \"0.000001\"\noperations.a.units = [{ unit = \"u\", length_of = \"body\" }]",
    );
    assert_eq!(micros(&table, "a", &"x".repeat(1_024)), 1_024);
    assert_eq!(invalid(&table, "a", &"x".repeat(1_025)), "the body must have at most 1024 bytes");
}
