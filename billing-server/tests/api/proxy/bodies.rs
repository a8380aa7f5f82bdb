//! An answer that comes before its call was sent whole: nobody gets it for nothing.
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    Proxied, settled, soon,
    upstream::{Pipe, json, piped},
};
use crate::support::{Api, token};

/// A call that is answered while its body is on its way.
async fn answered_early() -> (Proxied, Api, Pipe, TcpStream) {
    let (pipe, body) = piped();
    let proxied = Proxied::once(&[], json(200, &[], body)).await;
    let user = proxied.user("10").await;
    let mut stream = TcpStream::connect(proxied.server.addr()).await.unwrap();
    let token = token("anna");
    let head = format!(
        "POST /api/tools/dear/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
        Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    pipe.send("data: all that is worth something\n\n").await;
    let mut told = Vec::new();
    while !String::from_utf8_lossy(&told).contains("worth something") {
        assert_ne!(soon("the answer", stream.read_buf(&mut told)).await.unwrap(), 0);
    }
    (proxied, user, pipe, stream)
}

#[tokio::test]
async fn who_breaks_the_call_off_pays_for_what_was_answered() {
    let (proxied, user, _pipe, mut stream) = answered_early().await;
    stream.write_all(b"no length\r\n").await.unwrap();
    assert_eq!(settled(&user).await, "9.00", "{}", proxied.server.log());
}

#[tokio::test]
async fn who_leaves_within_the_call_pays_for_what_was_answered() {
    let (proxied, user, _pipe, stream) = answered_early().await;
    drop(stream);
    assert_eq!(settled(&user).await, "9.00", "{}", proxied.server.log());
}

#[tokio::test]
async fn who_sends_too_much_pays_for_what_was_answered() {
    let (proxied, user, _pipe, mut stream) = answered_early().await;
    let piece = [b"100000\r\n".as_slice(), &vec![b'x'; 1024 * 1024], b"\r\n"].concat();
    for _ in 0..16 {
        // The server may have had enough.
        if soon("a piece", stream.write_all(&piece)).await.is_err() {
            break;
        }
    }
    assert_eq!(settled(&user).await, "9.00", "{}", proxied.server.log());
}
