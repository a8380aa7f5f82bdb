//! What the demo users of the sandbox have done before anybody looks.
use std::time::Instant;

use reqwest::Method;
use serde_json::Value;

use crate::support::{Browser, Launch, beside_sandbox, sqlite_url};

async fn signed_in(url: &str, user: &str) -> Browser {
    let browser = Browser::new(url);
    browser.sign_in_as(user).await;
    browser
}

async fn told(browser: &Browser, path: &str) -> Value {
    browser.get(path).await.expect(200).json()
}

/// The lines of the history of a type, as many as a page holds.
async fn lines(browser: &Browser, kind: &str) -> Vec<Value> {
    let page = told(browser, &format!("/api/billing/history?limit=100&type={kind}")).await;
    page["transactions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn demo_users_have_lived_before() {
    let launch = Launch::lived_in_sandbox();
    let started = Instant::now();
    let server = launch.start().await;
    eprintln!("sandbox with a history started within {:?}", started.elapsed());
    let olena = signed_in(&server.url, "demo-user").await;
    let token = server.anybody().with_token(server.exported("TOKEN"));
    let balance = told(&olena, "/api/billing/balance").await;
    assert!((20.0..70.0).contains(&balance["balance_usd"].as_f64().unwrap()), "{balance}");
    assert_eq!(
        token.get("/api/billing/balance").await.expect(200).json()["balance_usd"],
        balance["balance_usd"]
    );
    assert_eq!(lines(&olena, "charge").await.len(), 100, "a page");
    let top_ups = lines(&olena, "topup").await;
    let providers: Vec<_> = top_ups.iter().map(|line| line["payment_provider"].as_str().unwrap()).collect();
    assert_eq!(providers, ["fondy", "stripe", "fondy", "stripe"]);
    assert_eq!(lines(&olena, "refund").await.len(), 1);
    assert_eq!(lines(&olena, "adjustment").await.len(), 1);
    let payment = top_ups[1]["payment_id"].as_str().unwrap();
    let state = told(&olena, &format!("/api/billing/payment/stripe/{payment}/status")).await;
    assert_eq!((state["status"].as_str(), state["taken_back"].as_f64()), (Some("succeeded"), Some(5.0)));

    let taras = told(&signed_in(&server.url, "demo-low").await, "/api/billing/balance").await;
    assert!((0.0..2.0).contains(&taras["available_usd"].as_f64().unwrap()), "{taras}");
    let iryna = signed_in(&server.url, "demo-limit").await;
    let near = told(&iryna, "/api/billing/balance").await;
    assert_eq!(near["daily_limit_usd"].as_f64(), Some(5.0));
    let refused = iryna.ask(Method::POST, "/api/tools/deep_research", "{}").await;
    assert!([200, 429].contains(&refused.status), "at midnight the day is a new one: {refused:?}");
    let andrii = signed_in(&server.url, "demo-new").await;
    assert_eq!(told(&andrii, "/api/billing/balance").await["balance_usd"].as_f64(), Some(0.0));
    assert!(beside_sandbox(&launch).printed(&["verify"]).contains("balance"));
    drop(server);

    // A restart adds nothing.
    let server = launch.start().await;
    let again = told(&signed_in(&server.url, "demo-user").await, "/api/billing/balance").await;
    assert_eq!(again["balance_usd"], balance["balance_usd"]);
    drop(server);
    // Nor does going on with what was broken off.
    let file = launch.sandbox_folder().join("history.json");
    let done = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, done.replace("true", "false")).unwrap();
    let server = launch.start().await;
    let again = told(&signed_in(&server.url, "demo-user").await, "/api/billing/balance").await;
    assert_eq!(again["balance_usd"], balance["balance_usd"]);
    assert_eq!(server.errors(), "");
}

#[tokio::test]
async fn a_sandbox_that_was_used_before_is_left_as_it_is() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    server.api_as("demo-user").create_payment("1").await.pay(&server.stripe()).await;
    drop(server);
    let server = launch.clone().with_history().start().await;
    assert_eq!(server.api_as("demo-user").history_len().await, 1);
}

#[tokio::test]
async fn no_history_is_made_up_in_a_database_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::lived_in_sandbox().with_env("DATABASE_URL", sqlite_url(folder.path()));
    let server = launch.start().await;
    assert_eq!(server.api_as("demo-user").history_len().await, 0);
}
