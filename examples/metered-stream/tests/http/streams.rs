use examples_support::usd;

use crate::{example, open_stream, read_chunks};

#[tokio::test]
async fn a_client_that_leaves_after_37_chunks_pays_for_37() {
    let example = example("5").await;
    let server = example.start();
    let mut stream = open_stream(&format!("{}/stream?silent_after=37", server.url())).await;
    assert_eq!(stream.headers()["x-billing-available"], "4.00");
    assert_eq!(read_chunks(&mut stream, 37).await, 37);
    assert_eq!(example.account().await.held, usd("1"));
    drop(stream);
    assert_eq!(example.left().await, usd("4.63"));
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_chunk_pays_nothing() {
    let example = example("5").await;
    let server = example.start();
    drop(open_stream(&format!("{}/stream?silent_after=0", server.url())).await);
    assert_eq!(example.left().await, usd("5"));
}

#[tokio::test]
async fn a_stream_ends_when_it_has_cost_what_was_held() {
    let example = example("5").await;
    let server = example.start();
    let mut stream = open_stream(&format!("{}/stream", server.url())).await;
    assert_eq!(read_chunks(&mut stream, usize::MAX).await, 100);
    // It was read to its end, so it is charged already.
    let account = example.account().await;
    assert_eq!((account.posted, account.held), (usd("4"), usd("0")));
    assert_eq!(example.left().await, usd("4"));
}
