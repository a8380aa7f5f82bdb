use examples_support::usd;
use rmcp::service::ServiceError;
use serde_json::json;

use crate::{Client, example};

#[tokio::test]
async fn without_money_the_error_says_what_is_missing_and_where_to_top_up() {
    let example = example("0.25").await;
    let server = example.start();
    let client = Client::connect(server.url()).await;
    let refused = client.call("read_case", json!({ "title": "the lost umbrella" })).await.unwrap_err();
    let ServiceError::McpError(error) = refused else { panic!("{refused}") };
    assert_eq!((error.code.0, &*error.message), (-32_040, "Required: $1.00, Available: $0.25"));
    let data = error.data.unwrap();
    assert_eq!((&data["status"], &data["refusal"]["code"]), (&json!(402), &json!("INSUFFICIENT_BALANCE")));
    assert_eq!(data["refusal"]["balance"]["shortfall_usd"], 0.75);
    assert_eq!(data["refusal"]["topup_url"], "https://example.com/topup");

    // The connection lives on.
    client.call("list_courts", json!({})).await.unwrap();
    assert_eq!(example.left().await, usd("0.25"));
}

#[tokio::test]
async fn a_tool_without_a_price_is_not_sold() {
    let example = example("5").await;
    let server = example.start();
    let refused = Client::connect(server.url()).await.call("guess", json!({})).await.unwrap_err();
    let ServiceError::McpError(error) = refused else { panic!("{refused}") };
    assert_eq!((error.code.0, &error.data.unwrap()["status"]), (-32_040, &json!(404)));
    assert_eq!(example.left().await, usd("5"));
}
