//! The central bank's exchange rates.

use std::time::Duration;

use billing_testkit::simulators::bank::{Answer, BankSimulator};
use reqwest::Response;
use serde_json::{Value, json};

use crate::answer::client;

const PATH: &str = "/NBUStatService/v1/statdirectory/exchange";

async fn open() -> BankSimulator {
    BankSimulator::start(([127, 0, 0, 1], 0).into()).await.unwrap()
}

fn asking(bank: &BankSimulator, query: &str) -> reqwest::RequestBuilder {
    client().get(format!("{}{PATH}?{query}", bank.base_url()))
}

async fn ask(bank: &BankSimulator, query: &str) -> Response {
    asking(bank, query).send().await.unwrap()
}

async fn list(bank: &BankSimulator, query: &str) -> Value {
    ask(bank, query).await.json().await.unwrap()
}

#[tokio::test]
async fn a_dollar_costs_what_was_set_to_the_last_digit() {
    let bank = open().await;
    bank.set_rate("43.1234500", "26.11.2026");
    let answer = ask(&bank, "valcode=USD&json").await;
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(
        answer.text().await.unwrap(),
        r#"[{"r030":840,"txt":"Долар США","rate":43.1234500,"cc":"USD","exchangedate":"26.11.2026"}]"#
    );
    assert_eq!(bank.requests(), [format!("{PATH}?valcode=USD&json")]);
}

#[tokio::test]
async fn the_list_holds_every_currency_unless_one_is_named() {
    let bank = open().await;
    let all = list(&bank, "json").await;
    let codes: Vec<_> = all.as_array().unwrap().iter().map(|row| row["cc"].as_str().unwrap()).collect();
    assert_eq!(codes, ["USD", "EUR", "PLN", "GBP"]);
    assert_eq!(list(&bank, "json&valcode=eur").await[0]["r030"], 978);
    assert_eq!(list(&bank, "json&valcode=XXX").await, json!([]));
}

#[tokio::test]
async fn a_day_has_its_own_rate() {
    let bank = open().await;
    bank.set_rate("41.5", "24.11.2026");
    for (query, day) in [("json", "24.11.2026"), ("json&date=20261125", "25.11.2026")] {
        assert_eq!(list(&bank, query).await[0]["exchangedate"], day, "{query}");
    }
    for query in ["json&date=20261126", "json&date=2026", "json&date=%D1%97"] {
        assert_eq!(list(&bank, query).await, json!([]), "{query}");
    }
}

#[tokio::test]
async fn without_json_the_answer_is_xml() {
    let bank = open().await;
    assert!(ask(&bank, "valcode=USD").await.text().await.unwrap().starts_with("<?xml"));
}

#[tokio::test]
async fn the_bank_misbehaves_on_demand() {
    let bank = open().await;
    bank.set_answer(Answer::Status(503));
    assert_eq!(ask(&bank, "json").await.status(), 503);
    bank.set_answer(Answer::Garbage);
    assert!(ask(&bank, "json").await.json::<Value>().await.is_err());
    bank.set_answer(Answer::Empty);
    assert_eq!(list(&bank, "json").await, json!([]));
    bank.set_answer(Answer::OtherCurrency);
    assert_eq!(list(&bank, "json&valcode=USD").await[0]["cc"], "EUR");
    bank.set_answer(Answer::Body("{\"message\":\"?\"}".to_owned()));
    assert_eq!(list(&bank, "json").await["message"], "?");
    bank.set_answer(Answer::Huge(1_000_000));
    assert!(ask(&bank, "json").await.content_length().unwrap() > 1_000_000);
    bank.set_answer(Answer::Close);
    assert!(asking(&bank, "json").send().await.is_err());
    bank.set_answer(Answer::Rates);
    bank.set_rate("-1", "25.11.2026");
    assert_eq!(list(&bank, "json").await[0]["rate"], -1);
}

#[tokio::test]
async fn a_bank_that_hangs_does_not_hold_up_the_shutdown() {
    let bank = open().await;
    bank.set_answer(Answer::Hang);
    let impatient = asking(&bank, "json").timeout(Duration::from_millis(100));
    assert!(impatient.send().await.unwrap_err().is_timeout());
    let hanging = tokio::spawn(asking(&bank, "json").send());
    while bank.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    bank.shutdown().await;
    assert_eq!(hanging.await.unwrap().unwrap().status(), 503);
}
