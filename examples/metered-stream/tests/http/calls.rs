use std::time::Duration;

use billing_testkit::processes::eventually;
use examples_support::{Example, demo::ACCOUNT_HEADER, usd};
use serde_json::json;

use crate::{example, open_stream, read_chunks};

fn ask_as(account: &str, url: &str, path: &str) -> reqwest::RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(format!("{url}{path}")).header(ACCOUNT_HEADER, account)
}

fn ask(url: &str, path: &str) -> reqwest::RequestBuilder {
    ask_as(Example::ACCOUNT, url, path)
}

#[tokio::test]
async fn an_answer_costs_its_price_and_a_question_that_can_not_be_read_costs_nothing() {
    let example = example("2.50").await;
    let server = example.start();
    let answer = ask(server.url(), "/answer").json(&json!({ "riddle": "why" })).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    let answer = ask(server.url(), "/answer").json(&json!({ "question": "why" })).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["x-billing-held"].as_bytes()),
        (200, &b"1.00"[..])
    );
    assert_eq!(answer.text().await.unwrap(), r#"{"answer":"that depends: why"}"#);
    assert_eq!(example.left().await, usd("1.50"));

    let stranger = ask_as("bohdan", server.url(), "/answer").send().await.unwrap();
    assert_eq!(stranger.status(), 402);
    let refusal: serde_json::Value = stranger.json().await.unwrap();
    assert_eq!(refusal["topup_url"], "https://example.com/topup");
    let nobody = ask_as("", server.url(), "/answer").send().await.unwrap();
    assert_eq!(nobody.status(), 401);
}

#[tokio::test]
async fn a_call_that_lasts_longer_than_its_hold_is_charged() {
    let example = example("1").await.with_env("HOLD_TTL_SECONDS", "1");
    let server = example.start();
    let answer = ask(server.url(), "/slow?millis=2500").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap();
    assert_eq!(example.left().await, usd("0.50"));
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_lets_its_streams_end_and_settles_them() {
    let example = example("2").await;
    let server = example.start();
    let mut ending = open_stream(&format!("{}/stream", server.url())).await;
    assert_eq!(read_chunks(&mut ending, 1).await, 1);
    server.signal("TERM");
    let refused = async || ask(server.url(), "/answer").timeout(Duration::from_secs(5)).send().await.err();
    eventually("the end of new calls", refused).await;
    assert_eq!(read_chunks(&mut ending, usize::MAX).await, 99);
    assert!(server.stop().unwrap().success());
    assert_eq!(example.left().await, usd("1"));
}
