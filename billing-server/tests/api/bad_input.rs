use reqwest::Method;

use crate::support::{Answer, Api, Launch};

const CREATE: &str = "/api/billing/payment/stripe/create";

#[tokio::test]
async fn a_bad_amount_starts_no_payment() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let user = server.api_as("anna");
    for bad in
        ["0", "-1", "0.0000001", "1e400", "\"abc\"", "\"10 \"", "\"1,5\"", "\"\"", "null", "\"NaN\"", "[1]"]
    {
        let answer = user.post(CREATE, format!(r#"{{"amount_usd": {bad}}}"#)).await;
        answer.expect_error(400, "INVALID_AMOUNT");
    }
    // Not whole cents, below and above what Stripe takes, beyond every bound.
    for bad in ["10.001", "0.49", "1000000", "1000000000", "99999999999999999999"] {
        user.post(CREATE, format!(r#"{{"amount_usd": {bad}}}"#)).await.expect_error(400, "INVALID_AMOUNT");
    }
    user.post(CREATE, "{}").await.expect_error(400, "INVALID_AMOUNT");
    user.post(CREATE, r#"{"amount_usd": NaN}"#).await.expect_error(400, "INVALID_JSON");
    assert_eq!(listed_payments(&launch), "");

    user.post(CREATE, r#"{"amount_usd": "10"}"#).await.expect(200);
    assert_eq!(listed_payments(&launch).lines().count(), 1);
}

fn listed_payments(launch: &Launch) -> String {
    let folder = launch.sandbox_folder().display().to_string();
    let output = launch.clone().with_env("DATA_DIR", folder).run(&["payments", "list"]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_page_out_of_bounds_is_refused() {
    let server = Launch::serve().start().await;
    let user = server.api_as("anna");
    for bad in [
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=1000000000",
        "limit=ten",
        "offset=-1",
        "offset=1000000000",
        "limit=1&limit=2",
        "type=deposit",
        "from=yesterday",
        "to=2026-11-30",
        "cursor=x",
        "cursor=5&offset=1",
        "cursor=18446744073709551615",
        "q=a%00b",
        &format!("type={}", ["charge"; 21].join(",")),
        &format!("operation={}", "a,".repeat(3_000)),
    ] {
        user.get(&format!("/api/billing/history?{bad}")).await.expect_error(400, "INVALID_QUERY");
    }
    let long = "x".repeat(129);
    user.get(&format!("/api/billing/history?q={long}")).await.expect_error(400, "INVALID_QUERY");
    user.get("/api/billing/history?limit=100&offset=0&type=charge,topup&q=&unknown=1").await.expect(200);
}

#[tokio::test]
async fn broken_json_changes_nothing() {
    let server = Launch::serve().start().await;
    let user = server.api_as("anna");
    let (open, close) = ("[".repeat(20_000), "]".repeat(20_000));
    let nested = [
        open.clone(),
        format!("{open}{close}"),
        format!(r#"{{"daily_limit_usd": {open}{close}}}"#),
        format!(r#"{{"daily_limit_usd": 5, "note": {open}{close}}}"#),
        r#"{"a":"#.repeat(5_000),
    ];
    let broken = [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"x\"",
        r#"{"daily_limit_usd": }"#,
        "\u{0}",
        r#"{"daily_limit_usd": 5} {}"#,
    ];
    for body in broken.map(str::to_owned).into_iter().chain(nested) {
        user.put("/api/billing/settings", body).await.expect_error(400, "INVALID_JSON");
    }
    for body in
        [r#"{"daily_limit": 5}"#, r#"{"daily_limit_usd": 5, "dailyLimitUsd": 6}"#, r#"{"time_zone": 7}"#]
    {
        user.put("/api/billing/settings", body).await.expect_error(400, "INVALID_JSON");
    }
    assert_eq!(user.balance("daily_limit_usd").await, "10.00");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_everywhere() {
    let server = Launch::sandbox().start().await;
    let user = server.api_as("anna");
    let mebibyte = "x".repeat(1024 * 1024);
    for (method, path) in [
        (Method::POST, CREATE),
        (Method::PUT, "/api/billing/settings"),
        (Method::POST, "/api/tools/search_cases"),
        (Method::POST, "/webhooks/stripe"),
        (Method::GET, "/api/billing/balance"),
    ] {
        user.send_json(method, path, mebibyte.clone()).await.expect_error(413, "PAYLOAD_TOO_LARGE");
    }
    // A webhook may be longer than a call.
    let longer_than_a_call = "x".repeat(100 * 1024);
    user.post("/webhooks/stripe", longer_than_a_call).await.expect_error(400, "INVALID_SIGNATURE");
}

#[tokio::test]
async fn wrong_methods_paths_and_content_types_are_told() {
    let server = Launch::sandbox().start().await;
    let user = server.api_as("anna");
    for (method, path, allowed) in [
        (Method::POST, "/api/billing/balance", "GET,HEAD"),
        (Method::DELETE, "/api/billing/settings", "GET,HEAD,PUT"),
        (Method::GET, CREATE, "POST"),
        (Method::GET, "/webhooks/stripe", "POST"),
        (Method::GET, "/api/tools/search_cases", "POST"),
        (Method::PATCH, "/readyz", "GET,HEAD"),
    ] {
        let answer = Answer::to(user.request(method, path)).await.expect_error(405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
    for path in [
        "/nothing.txt",
        "/api/billing",
        "/api/billing/balance/",
        "/api/tools/",
        "/webhooks",
        "/%2e%2e/etc/a.txt",
    ] {
        user.get(path).await.expect_error(404, "NOT_FOUND");
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "json", ""] {
        with_type(&user, content_type).await.expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    with_type(&user, "application/json; charset=utf-8").await.expect(200);
}

async fn with_type(user: &Api, content_type: &str) -> Answer {
    let request = user.request(Method::PUT, "/api/billing/settings").header("content-type", content_type);
    Answer::to(request.body("{}")).await
}
