use reqwest::Method;

use crate::support::{Answer, Launch, Server, eventually};

const PRICES: &str = r#"
[operations]
free = "free"
one = { fixed = "1.00" }
"#;

async fn start() -> Server {
    Launch::sandbox().with_file("prices.toml", PRICES).with_env("PRICES_FILE", "prices.toml").start().await
}

#[tokio::test]
async fn a_balance_covers_so_many_calls_and_no_more() {
    let server = start().await;
    let user = server.api_as("anna");
    user.create_payment("3").await.pay(&server.stripe()).await;
    let calls = (0..20).map(|_| {
        let user = user.clone();
        tokio::spawn(async move { user.call("one").await.status })
    });
    let mut statuses = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        statuses.push(call.await.unwrap());
    }
    let passed = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 402).count();
    assert_eq!((passed, refused), (3, 17));
    assert_eq!(user.balance("balance_usd").await, "0.00");
    assert_eq!(user.balance("held_usd").await, "0.00");
}

#[tokio::test]
async fn what_is_free_runs_without_money_and_what_has_no_price_does_not_run() {
    let server = start().await;
    let user = server.api_as("anna");
    user.call("free").await.expect(200);
    user.call("unknown").await.expect_error(404, "UNKNOWN_OPERATION");
    assert_eq!(user.history_len().await, 0);
}

#[tokio::test]
async fn a_path_has_one_spelling() {
    let server = start().await;
    let user = server.api_as("anna");
    for odd in ["one%2Ftwo", "..%2fbilling", "%2e%2e%2fone", "a%00b", "%ff", ".hidden", "a%20b", "one%3B"] {
        user.call(odd).await.expect_error(400, "INVALID_PATH");
    }
    // The same tool, so the same price.
    user.call("%6fne").await.expect_error(402, "INSUFFICIENT_BALANCE");
}

#[tokio::test]
async fn a_call_that_fails_costs_nothing() {
    let server = start().await;
    let user = server.api_as("anna");
    user.create_payment("1").await.pay(&server.stripe()).await;
    // The hold of a call that fails is freed in the background.
    let freed = async || (user.balance("available_usd").await == "1.00").then_some(());
    user.post("/api/tools/one", "{").await.expect_error(400, "INVALID_JSON");
    eventually("the end of the hold", freed).await;
    let request = user.request(Method::POST, "/api/tools/one").header("content-type", "text/plain");
    Answer::to(request.body("x")).await.expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    eventually("the end of the hold", freed).await;
    let without_body = Answer::to(user.request(Method::POST, "/api/tools/one")).await.expect(200);
    assert_eq!(without_body.json()["arguments"], serde_json::Value::Null);
    assert_eq!(user.balance("balance_usd").await, "0.00");
}

#[tokio::test]
async fn tools_are_for_the_sandbox_alone() {
    let server = Launch::serve().start().await;
    server.api_as("anna").call("search_cases").await.expect_error(404, "NOT_FOUND");
}
