use examples_support::usd;
use serde_json::json;

use crate::{Client, example};

#[tokio::test]
async fn shaking_hands_and_listing_tools_is_free() {
    let example = example("5").await;
    let server = example.start();
    for client in Client::connect_both(server.url()).await {
        assert_eq!(client.0.list_all_tools().await.unwrap().len(), 3);
    }
    assert_eq!(example.left().await, usd("5"));
}

#[tokio::test]
async fn a_free_tool_is_free() {
    let example = example("5").await;
    let server = example.start();
    let courts = Client::connect(server.url()).await.call("list_courts", json!({})).await.unwrap();
    assert_eq!(courts.content[0].as_text().unwrap().text, "the only court");
    assert_eq!(example.left().await, usd("5"));
}

#[tokio::test]
async fn a_call_costs_its_price_or_what_was_metered() {
    let example = example("5").await;
    let server = example.start();
    let client = Client::connect(server.url()).await;
    let read = client.call("read_case", json!({ "title": "the lost umbrella" })).await.unwrap();
    assert_eq!(read.is_error, Some(false));
    assert_eq!(example.left().await, usd("4"));

    let found = client.call("search_cases", json!({ "word": "fence" })).await.unwrap();
    let titles = json!({ "titles": ["the crooked fence", "the broken fence"] });
    assert_eq!(found.structured_content, Some(titles));
    assert_eq!(example.left().await, usd("3.50"));

    client.call("search_cases", json!({ "word": "dragon" })).await.unwrap();
    assert_eq!(example.left().await, usd("3.50"));
}

#[tokio::test]
async fn a_result_that_is_an_error_is_free() {
    let example = example("5").await;
    let server = example.start();
    for client in Client::connect_both(server.url()).await {
        for arguments in [json!({ "title": "the dragon" }), json!({ "no title": true })] {
            assert_eq!(client.call("read_case", arguments).await.unwrap().is_error, Some(true));
        }
    }
    assert_eq!(example.left().await, usd("5"));
}
