use billing_core::{AccountChange, AccountId};
use examples_support::{Example, usd};
use serde_json::Value;
use tonic::{Code, Request};
use tonic_types::StatusExt as _;
use tools::v1::SearchRequest;

use crate::{connect, example, search};

#[tokio::test]
async fn without_money_the_status_says_what_is_missing_and_where_to_top_up() {
    let example = example("0.25").await;
    let server = example.start();
    let refused = connect(server.url()).await.search(search("contracts")).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(refused.message(), "Required: $1.00, Available: $0.25");

    let info = refused.get_details_error_info().unwrap();
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("INSUFFICIENT_BALANCE", "billing"));
    let refusal: Value = serde_json::from_str(&info.metadata["refusal"]).unwrap();
    assert_eq!(refusal["balance"]["shortfall_usd"], 0.75);
    assert_eq!(refusal["topup_url"], "https://example.com/topup");
    assert!(refused.get_details_retry_info().is_none());
    assert_eq!(example.left().await, usd("0.25"));
}

#[tokio::test]
async fn at_its_limit_an_account_is_told_when_to_come_back() {
    let example = example("5").await;
    let mut change = AccountChange::default();
    change.daily_limit = Some(usd("1.50"));
    example.ledger.configure(&AccountId::new(Example::ACCOUNT).unwrap(), change).await.unwrap();
    let server = example.start();
    let mut client = connect(server.url()).await;
    client.search(search("contracts")).await.unwrap();
    let refused = client.search(search("contracts")).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "DAILY_LIMIT_EXCEEDED");
    assert!(refused.get_details_retry_info().unwrap().retry_delay.unwrap().as_secs() > 0);
    assert_eq!(example.left().await, usd("4"));
}

#[tokio::test]
async fn a_stranger_is_not_served() {
    let example = example("5").await;
    let server = example.start();
    let call = Request::new(SearchRequest { query: "contracts".to_owned() });
    let refused = connect(server.url()).await.search(call).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
}
