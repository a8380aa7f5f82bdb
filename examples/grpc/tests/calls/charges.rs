use examples_support::usd;
use tonic::Code;
use tools::v1::StreamRequest;

use crate::{connect, example, from_account, search};

#[tokio::test]
async fn a_call_that_succeeds_costs_its_price() {
    let example = example("5").await;
    let server = example.start();
    let found = connect(server.url()).await.search(search("contracts")).await.unwrap();
    // The client lays trailers over headers: what the handler has said is there, and what it has cost.
    let told = |name: &str| found.metadata().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!((told("x-index"), told("grpc-status")), ("7".to_owned(), "0".to_owned()));
    assert_eq!((told("x-billing-held"), told("x-billing-charged")), ("1.00".to_owned(), "1.00".to_owned()));
    assert_eq!(found.into_inner().documents[0].title, "contracts");
    // It was read to its end, so it is charged already.
    assert_eq!(example.account().await.posted, usd("4"));
    assert_eq!(example.left().await, usd("4"));
}

#[tokio::test]
async fn a_call_that_fails_is_free() {
    let example = example("5").await;
    let server = example.start();
    let failed = connect(server.url()).await.search(search("nothing")).await.unwrap_err();
    assert_eq!((failed.code(), failed.message()), (Code::Internal, "the index is broken"));
    assert_eq!(example.left().await, usd("5"));
}

#[tokio::test]
async fn a_stream_ends_when_it_has_cost_what_was_held() {
    let example = example("5").await;
    let server = example.start();
    let request = from_account(StreamRequest { silent_after: None });
    let mut stream = connect(server.url()).await.stream(request).await.unwrap().into_inner();
    let mut documents = 0;
    while stream.message().await.unwrap().is_some() {
        documents += 1;
    }
    let trailers = stream.trailers().await.unwrap().unwrap();
    assert_eq!((documents, trailers.get("x-billing-charged").unwrap().to_str().unwrap()), (100, "1.00"));
    assert_eq!(example.left().await, usd("4"));
}

#[tokio::test]
async fn a_stream_that_its_client_drops_costs_what_was_metered() {
    for (documents, left) in [(37, "4.63"), (0, "5")] {
        let example = example("5").await;
        let server = example.start();
        let request = from_account(StreamRequest { silent_after: Some(documents) });
        let mut stream = connect(server.url()).await.stream(request).await.unwrap().into_inner();
        for _ in 0..documents {
            stream.message().await.unwrap().unwrap();
        }
        assert_eq!(example.account().await.held, usd("1"));
        drop(stream);
        assert_eq!(example.left().await, usd(left));
    }
}
