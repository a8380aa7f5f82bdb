use billing_core::{
    Call, CostEstimator, Currency, EstimateError, Needs, Operation, PriceTable, Profile, SharedPrices,
};
use bytes::Bytes;
use http::Method;

use super::{estimate, json_headers, platform::PLATFORM, table};

fn needs(table: &impl CostEstimator, operation: &str) -> Needs {
    table.needs(&Operation::new(operation).unwrap())
}

#[test]
fn only_what_a_price_depends_on_is_asked_for() {
    let plain = table(
        r#"
        body_limit_bytes = 2048
        units.flat.price = "1"
        units.stepped.steps = [{ below = 1, price = "1" }, { price = "2" }]
        [operations]
        free = "free"
        fixed = { fixed = "1" }
        base = { base = "1" }
        flat = { units = [{ unit = "flat", count = 1 }] }
        stepped = { units = [{ unit = "stepped", count = 1 }] }
        body = { units = [{ unit = "flat", length_of = "body", per = 100 }] }
        batch = { batch = { calls = "c", operation = "o", arguments = "a", most = 2 } }
        "#,
    );
    for operation in ["free", "fixed", "base", "flat", "unknown"] {
        assert_eq!(needs(&plain, operation), Needs::NOTHING, "{operation}");
    }
    assert_eq!(needs(&plain, "stepped"), Needs::NOTHING.with_profile());
    assert_eq!(needs(&plain, "body"), Needs::NOTHING.with_body(2_048));
    assert_eq!(needs(&plain, "batch"), Needs::NOTHING.with_body(2_048).with_profile());
    // Where there are tiers, every formula goes by them.
    let tiered = table(
        "default_tier = \"a\"\ntiers.a = \"0\"\noperations = { a = { base = \"1\" }, b = { fixed = \"1\" } }",
    );
    assert_eq!(needs(&tiered, "a"), Needs::NOTHING.with_profile());
    assert_eq!(needs(&tiered, "b"), Needs::NOTHING);
    assert_eq!(needs(&table(PLATFORM), "answer"), Needs::NOTHING.with_body(1024 * 1024).with_profile());
}

#[test]
fn what_was_asked_for_and_is_not_there_is_a_fault() {
    let table = table(PLATFORM);
    let (headers, operation) = (json_headers(), Operation::new("answer").unwrap());
    let (body, profile) = (Bytes::new(), Profile::default());
    let call = Call::new(&Method::POST, "/", &operation, &headers);
    for call in [call, call.with_body(&body), call.with_profile(&profile)] {
        assert!(matches!(table.estimate(&call), Err(EstimateError::Failed(_))), "{call:?}");
    }
    assert!(table.estimate(&call.with_body(&body).with_profile(&profile)).is_ok());
}

#[test]
fn a_tier_that_the_table_does_not_know_is_a_fault() {
    let table = table(PLATFORM);
    for tier in ["gold", "Startup", ""] {
        let profile = Profile::new(Some(tier.to_owned()), 0);
        assert!(matches!(estimate(&table, "answer", "", &profile), Err(EstimateError::Failed(_))), "{tier}");
        assert_eq!(table.tier_of(&profile), Some(tier));
    }
    assert_eq!(table.tier_of(&Profile::default()), Some("startup"));
    let tiers: Vec<_> = table.tiers().collect();
    assert_eq!(tiers, ["business", "enterprise", "free", "internal", "startup"]);
}

#[test]
fn another_spelling_is_not_had_at_the_price_of_the_unlisted() {
    let table = table("unlisted = { fixed = \"0.01\" }\noperations.deep_search = { fixed = \"5\" }");
    assert_eq!(super::micros(&table, "other", ""), 10_000);
    assert_eq!(super::micros(&table, "deep_search", ""), 5_000_000);
    for spelling in ["Deep_Search", "DEEP_SEARCH"] {
        let estimate = estimate(&table, spelling, "", &Profile::default());
        assert!(matches!(estimate, Err(EstimateError::NoPrice { .. })), "{spelling}");
        assert_eq!(needs(&table, spelling), Needs::NOTHING);
    }
}

#[test]
fn shared_prices_are_replaced_for_all_who_share_them() {
    let prices = SharedPrices::new(table("operations.a.fixed = \"1\""));
    let (shared, before) = (prices.clone(), prices.current());
    prices.replace(PriceTable::from_json(r#"{"operations":{"a":{"fixed":"2"}}}"#, Currency::USD).unwrap());
    assert_eq!(super::micros(&shared.current(), "a", ""), 2_000_000);
    assert_eq!(super::micros(&before, "a", ""), 1_000_000);
}
