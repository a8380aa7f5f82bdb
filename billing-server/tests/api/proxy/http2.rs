//! Callers that speak HTTP/2.
use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use super::{
    Proxied, settled, soon,
    upstream::{json, piped},
};
use crate::support::token;

fn client() -> Client<HttpConnector, Body> {
    Client::builder(TokioExecutor::new()).http2_only(true).build_http()
}

fn call(proxied: &Proxied, path: &str) -> http::Request<Body> {
    http::Request::post(format!("{}{path}", proxied.server.url))
        .header("authorization", format!("Bearer {}", token("anna")))
        .body(Body::from("{}"))
        .unwrap()
}

#[tokio::test]
async fn a_call_over_http2_goes_on_and_comes_back() {
    let (pipe, body) = piped();
    let head = json(200, &[("trailer", "x-billing-cost, x-checksum"), ("connection", "keep-alive")], body);
    let proxied = Proxied::once(&[], head).await;
    let user = proxied.user("10").await;
    let response = soon("the head", client().request(call(&proxied, "/api/tools/dear?q=1"))).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_2));
    let mut body = response.into_body();
    for piece in ["data: 1\n\n", "data: 2\n\n"] {
        pipe.send(piece).await;
        let frame = soon("a piece", body.frame()).await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), piece);
    }
    pipe.send_trailers(&[("x-billing-cost", "0.40"), ("x-checksum", "7")]).await;
    let trailers = soon("the trailers", body.frame()).await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!((trailers.len(), &trailers["x-checksum"]), (1, &"7".parse().unwrap()));
    assert_eq!(user.balance("balance_usd").await, "9.60");
    let seen = proxied.upstream.only();
    assert_eq!(seen.line, "POST /api/tools/dear?q=1");
    assert_eq!(seen.header("x-forwarded-host"), Some(proxied.server.addr()));
}

#[tokio::test]
async fn a_reset_within_a_stream_is_a_caller_that_leaves() {
    let (pipe, body) = piped();
    let proxied = Proxied::once(&[], json(200, &[], body)).await;
    let user = proxied.user("10").await;
    let client = client();
    let response = soon("the head", client.request(call(&proxied, "/api/tools/dear/stream"))).await.unwrap();
    let mut body = response.into_body();
    pipe.send("data: 1\n\n").await;
    soon("a piece", body.frame()).await.unwrap().unwrap();
    // The connection stays; the stream is reset.
    drop(body);
    soon("the end of the call", pipe.left()).await;
    assert_eq!(settled(&user).await, "9.00");
    drop(client);
}
