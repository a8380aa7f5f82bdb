//! Over HTTP/2 without TLS, by a client that knows beforehand that it is spoken.
use bytes::Bytes;
use examples_support::{Example, demo::ACCOUNT_HEADER, usd};
use h2::{Reason, RecvStream, SendStream, client};
use http::{HeaderMap, Request};
use tokio::net::TcpStream;

use crate::example;

/// Asks for a stream; answers the request, to be reset, and the head and body of the answer.
async fn ask(addr: &str, path: &str) -> (SendStream<Bytes>, HeaderMap, RecvStream) {
    let (mut client, connection) = client::handshake(TcpStream::connect(addr).await.unwrap()).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get(format!("http://{addr}{path}"))
        .header(ACCOUNT_HEADER, Example::ACCOUNT)
        .header("te", "trailers")
        .body(())
        .unwrap();
    let (response, sending) = client.send_request(request, true).unwrap();
    let (head, body) = response.await.unwrap().into_parts();
    assert_eq!(head.status, 200);
    (sending, head.headers, body)
}

async fn read_chunks(body: &mut RecvStream, count: usize) -> usize {
    let (mut text, mut read) = (String::new(), 0);
    while read < count
        && let Some(bytes) = body.data().await
    {
        let bytes = bytes.unwrap();
        body.flow_control().release_capacity(bytes.len()).unwrap();
        text += std::str::from_utf8(&bytes).unwrap();
        read = text.matches("\n\n").count();
    }
    read
}

#[tokio::test]
async fn a_stream_that_is_reset_costs_what_was_metered() {
    let example = example("5").await;
    let server = example.start();
    let (mut sending, _, mut body) = ask(server.addr(), "/stream?silent_after=37").await;
    assert_eq!(read_chunks(&mut body, 37).await, 37);
    sending.send_reset(Reason::CANCEL);
    assert_eq!(example.left().await, usd("4.63"));
}

#[tokio::test]
async fn a_trailer_tells_what_was_charged() {
    let example = example("5").await;
    let server = example.start();
    let (_sending, headers, mut body) = ask(server.addr(), "/stream").await;
    assert_eq!(
        (&headers["trailer"], &headers["x-billing-held"]),
        (&"x-billing-charged".parse().unwrap(), &"1.00".parse().unwrap())
    );
    assert_eq!(read_chunks(&mut body, usize::MAX).await, 100);
    let trailers = body.trailers().await.unwrap().unwrap();
    assert_eq!(trailers["x-billing-charged"], "1.00");
    assert_eq!(example.left().await, usd("4"));
}
