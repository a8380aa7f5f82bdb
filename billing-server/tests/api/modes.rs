//! Calls that are only observed, and calls that are not billed at all.
use crate::support::{Launch, eventually};

#[tokio::test]
async fn observed_calls_run_without_money_and_are_reported() {
    let launch = Launch::sandbox().with_env("PREFLIGHT", "observe");
    let server = launch.start().await;
    let anna = server.api_as("anna");
    for _ in 0..2 {
        let answer = anna.call("search_cases").await.expect(200);
        assert_eq!(answer.header("x-billing-held"), "0.00");
    }
    anna.create_payment("1").await.pay(&server.stripe()).await;
    anna.call("search_cases").await.expect(200);
    // Nobody waits for the captures.
    eventually("three calls are recorded", async || {
        let charges = anna.get("/api/billing/history?type=charge").await.expect(200).json();
        (charges["transactions"].as_array().unwrap().len() == 3).then_some(())
    })
    .await;
    assert_eq!(anna.balance("balance_usd").await, "0.9875");
    // No price, no refusal either.
    anna.call("no_such_tool").await.expect(200);

    let history = anna.get("/api/billing/history?type=charge").await.expect(200).json();
    let marks: Vec<_> =
        history["transactions"].as_array().unwrap().iter().map(|line| line["would_refuse"].clone()).collect();
    assert_eq!(marks, [serde_json::Value::Null, "insufficient_funds".into(), "insufficient_funds".into()]);
    let data = launch.sandbox_folder().display().to_string();
    let beside = launch.with_env("DATA_DIR", data);
    let report = beside.printed(&["preflight", "report"]);
    assert!(report.contains("anna  search_cases  insufficient_funds  calls 2  0.025 USD"), "{report}");
    assert!(report.contains("calls that would have been refused 2, worth 0.025 USD"), "{report}");
    let none = beside.printed(&["preflight", "report", "--to", "2020-01-01"]);
    assert_eq!(none, "calls that would have been refused 0, worth 0.00 USD\n");
    assert!(
        beside
            .refused(&["preflight", "report", "--from", "2020-01-02", "--to", "2020-01-01"])
            .contains("--from")
    );
}

#[tokio::test]
async fn when_off_calls_of_known_callers_run_unbilled() {
    let server = Launch::sandbox().with_env("PREFLIGHT", "off").start().await;
    let answer = server.api_as("anna").call("search_cases").await.expect(200);
    assert!(!answer.headers.contains_key("x-billing-hold"));
    server.anybody().call("search_cases").await.expect(401);
    assert_eq!(server.api_as("anna").history_len().await, 0);
}

#[tokio::test]
async fn a_repeated_call_is_charged_once() {
    let server = Launch::sandbox().start().await;
    let anna = server.api_as("anna");
    anna.create_payment("1").await.pay(&server.stripe()).await;
    let keyed = async |key: &str| {
        let request = anna.request(reqwest::Method::POST, "/api/tools/search_cases");
        crate::support::Answer::to(request.header("idempotency-key", key)).await
    };
    keyed("a").await.expect(200);
    keyed("a").await.expect_error(409, "CALL_CHARGED");
    keyed("b").await.expect(200);
    keyed("ключ").await.expect_error(400, "INVALID_IDEMPOTENCY_KEY");
    assert_eq!(anna.balance("balance_usd").await, "0.975");
}
