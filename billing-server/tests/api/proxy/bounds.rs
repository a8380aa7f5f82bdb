//! How long a call's body may be, and how long it may take.
use futures_util::future::join;
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Proxied, chunked, settled, soon};
use crate::support::{Answer, eventually, token};

const MEBIBYTE: usize = 1024 * 1024;
const LIMIT: usize = 10 * MEBIBYTE;

/// Begins a call, with these lines in its head.
async fn begin(proxied: &Proxied, lines: &str) -> TcpStream {
    let mut stream = TcpStream::connect(proxied.server.addr()).await.unwrap();
    let token = token("anna");
    let head =
        format!("POST /api/tools/dear HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{lines}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// What is answered; nothing more is sent.
async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    soon("the answer", stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_of_the_most_bytes_passes() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    let body = "x".repeat(LIMIT);
    assert_eq!(user.post("/api/tools/dear", body.clone()).await.expect(200).text.len(), LIMIT);
    let request = user.request(Method::POST, "/api/tools/dear");
    let pieces = chunked(vec![vec![b'x'; MEBIBYTE]; 10]);
    assert_eq!(Answer::to(request.body(pieces)).await.expect(200).text, body);
    assert_eq!(settled(&user).await, "8.00");
}

#[tokio::test]
async fn a_longer_body_is_refused_and_costs_nothing() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    // Before any of it was sent, and before anything was held.
    let mut stream = begin(&proxied, &format!("Content-Length: {}\r\n", LIMIT + 1)).await;
    let told = answer(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 413 ") && told.contains("PAYLOAD_TOO_LARGE"), "{told}");
    assert_eq!(proxied.upstream.lines(), [""; 0]);

    let mut pieces = vec![vec![b'x'; MEBIBYTE]; 10];
    pieces.push(b"x".to_vec());
    let request = user.request(Method::POST, "/api/tools/dear").body(chunked(pieces));
    Answer::to(request).await.expect_error(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(settled(&user).await, "10.00");
    assert!(!proxied.server.log().contains("UPSTREAM"), "{}", proxied.server.log());
}

#[tokio::test]
async fn a_body_that_falls_silent_is_refused_and_costs_nothing() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    let mut stream = begin(&proxied, "Content-Length: 10\r\n").await;
    stream.write_all(b"12345").await.unwrap();
    let told = answer(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 408 ") && told.contains("REQUEST_TIMEOUT"), "{told}");
    assert_eq!(settled(&user).await, "10.00");
    assert!(!proxied.server.log().contains("UPSTREAM"), "{}", proxied.server.log());
}

#[tokio::test]
async fn a_body_that_is_sent_drop_by_drop_is_refused_and_costs_nothing() {
    let proxied = Proxied::start(&[("TOOLS_TIMEOUT", "1s")], async |request: super::Request| {
        axum::body::to_bytes(request.into_body(), usize::MAX).await.ok();
        super::json(200, &[], "{}")
    })
    .await;
    let user = proxied.user("10").await;
    let mut stream = begin(&proxied, "Transfer-Encoding: chunked\r\n").await;
    let (mut reading, mut writing) = stream.split();
    let told = async {
        let mut told = Vec::new();
        soon("the answer", reading.read_to_end(&mut told)).await.unwrap();
        String::from_utf8(told).unwrap()
    };
    let drops = async {
        while writing.write_all(b"1\r\nx\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let (told, ()) = join(told, drops).await;
    assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
    assert_eq!(settled(&user).await, "10.00");
}

#[tokio::test]
async fn a_body_that_breaks_off_costs_nothing() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    let mut stream = begin(&proxied, "Transfer-Encoding: chunked\r\n").await;
    stream.write_all(b"5\r\n12345\r\nno length\r\n").await.unwrap();
    let told = answer(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 400 "), "{told}");
    assert_eq!(settled(&user).await, "10.00");
}

#[tokio::test]
async fn who_leaves_with_half_a_body_sent_pays_nothing() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    let mut stream = begin(&proxied, "Content-Length: 10\r\n").await;
    stream.write_all(b"12345").await.unwrap();
    eventually("the call", async || (!proxied.upstream.seen().is_empty()).then_some(())).await;
    drop(stream);
    assert_eq!(settled(&user).await, "10.00");
}
