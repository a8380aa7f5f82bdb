//! Tools that fail, hang, or are not there: their caller hears so and pays nothing.
use std::future::pending;

use axum::body::Body;
use tokio::net::TcpListener;

use super::{Proxied, launch, settled, upstream::json};

#[tokio::test]
async fn an_error_of_the_tools_passes_unchanged_and_costs_nothing() {
    for status in [400, 404, 429, 500, 503] {
        let headers = [("retry-after", "7"), ("x-why", "so")];
        let proxied = Proxied::once(&[], json(status, &headers, r#"{"error": "ours"}"#)).await;
        let user = proxied.user("10").await;
        let answer = user.call("dear").await.expect(status);
        assert_eq!(answer.text, r#"{"error": "ours"}"#);
        assert_eq!((answer.header("retry-after"), answer.header("x-why")), ("7", "so"));
        assert_eq!(settled(&user).await, "10.00", "{status}");
    }
}

#[tokio::test]
async fn tools_that_are_not_there_cost_nothing() {
    let server = launch("http://127.0.0.1:9").start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;
    user.call("dear").await.expect_error(502, "UPSTREAM_UNAVAILABLE");
    user.get("/api/tools").await.expect_error(502, "UPSTREAM_UNAVAILABLE");
    assert_eq!(settled(&user).await, "10.00");
}

#[tokio::test]
async fn tools_that_hang_up_or_speak_otherwise_cost_nothing() {
    for said in
        ["", "HTTP/1.1 200 OK\r\ncontent-le", "220 mail.example.com ESMTP\r\n", "HTTP/1.1 0 x\r\n\r\n"]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::io::AsyncWriteExt::write_all(&mut stream, said.as_bytes()).await.unwrap();
            }
        });
        let server = launch(&url).start().await;
        let user = server.api_as("anna");
        user.create_payment("10").await.pay(&server.stripe()).await;
        user.call("dear").await.expect_error(502, "UPSTREAM_UNAVAILABLE");
        assert_eq!(settled(&user).await, "10.00", "{said:?}");
    }
}

#[tokio::test]
async fn tools_that_do_not_answer_in_time_cost_nothing() {
    let proxied = Proxied::start(&[("TOOLS_TIMEOUT", "1s")], async |_| pending().await).await;
    let user = proxied.user("10").await;
    user.call("dear").await.expect_error(504, "UPSTREAM_TIMEOUT");
    assert_eq!(settled(&user).await, "10.00");
    assert_eq!(proxied.upstream.only().line, "POST /api/tools/dear");
}

#[tokio::test]
async fn a_connection_is_not_taken_over() {
    let switch = || http::Response::builder().status(101).header("upgrade", "websocket").body(Body::empty());
    for tool in ["dear", "free"] {
        let proxied = Proxied::once(&[], switch().unwrap()).await;
        let user = proxied.user("10").await;
        user.call(tool).await.expect_error(502, "UPSTREAM_UNAVAILABLE");
        assert_eq!(settled(&user).await, "10.00");
    }
}
