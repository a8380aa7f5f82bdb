//! Answers that come piece by piece.
use reqwest::Method;

use super::{
    Proxied, settled, soon,
    upstream::{Pipe, json, piped},
};
use crate::support::{Api, Launch};

/// A stream that has begun.
async fn stream(headers: &[(&str, &str)]) -> (Proxied, Api, Pipe, reqwest::Response) {
    let (pipe, body) = piped();
    let mut head = json(200, headers, body);
    head.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
    let proxied = Proxied::once(&[], head).await;
    let user = proxied.user("10").await;
    let request = user.request(Method::POST, "/api/tools/dear/stream").body("{}");
    let response = soon("the head", request.send()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    (proxied, user, pipe, response)
}

#[tokio::test]
async fn each_event_passes_before_the_next_one_is_sent() {
    let (proxied, user, pipe, mut response) = stream(&[("trailer", "x-billing-cost")]).await;
    assert_eq!(proxied.upstream.only().line, "POST /api/tools/dear/stream");
    for event in ["data: 1\n\n", "data: 2\n\n", ": still there\n\n", "data: 3\n\n"] {
        pipe.send(event).await;
        assert_eq!(soon("an event", response.chunk()).await.unwrap().unwrap(), event);
        assert_eq!(user.balance("held_usd").await, "1.00");
    }
    pipe.send_trailers(&[("x-billing-cost", "0.30")]).await;
    assert_eq!(soon("the end", response.chunk()).await.unwrap(), None);
    assert_eq!(user.balance("balance_usd").await, "9.70");
}

#[tokio::test]
async fn who_leaves_pays_for_the_call_and_ends_it() {
    let (_proxied, user, pipe, mut response) = stream(&[]).await;
    pipe.send("data: 1\n\n").await;
    soon("an event", response.chunk()).await.unwrap();
    drop(response);
    soon("the end of the call", pipe.left()).await;
    assert_eq!(settled(&user).await, "9.00");

    let (_proxied, user, pipe, response) = stream(&[("x-billing-cost", "0.20")]).await;
    drop(response);
    soon("the end of the call", pipe.left()).await;
    assert_eq!(settled(&user).await, "9.80");
}

#[tokio::test]
async fn who_leaves_before_the_answer_pays_for_the_call_and_ends_it() {
    let (left, mut leaving) = tokio::sync::mpsc::channel::<()>(1);
    let proxied = Proxied::start(&[], move |_| {
        let left = left.clone();
        async move {
            let _left = left;
            std::future::pending().await
        }
    })
    .await;
    let user = proxied.user("10").await;
    let call = tokio::spawn({
        let user = user.clone();
        async move { user.call("dear").await }
    });
    crate::support::eventually("the call", async || (!proxied.upstream.seen().is_empty()).then_some(()))
        .await;
    assert_eq!(user.balance("held_usd").await, "1.00");
    call.abort();
    assert_eq!(settled(&user).await, "9.00");
    // What the call held at the tools is gone once those stop serving, too: nothing sends any more.
    drop(proxied);
    soon("the end of the call", leaving.recv()).await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_costs_what_was_metered() {
    for (headers, left) in [(&[][..], "10.00"), (&[("x-billing-cost", "0.20")][..], "9.80")] {
        let (_proxied, user, pipe, mut response) = stream(headers).await;
        pipe.send("data: 1\n\n").await;
        soon("an event", response.chunk()).await.unwrap();
        pipe.break_off().await;
        assert!(soon("the end", response.chunk()).await.is_err());
        assert_eq!(settled(&user).await, left);
    }
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_ended() {
    let (pipe, body) = piped();
    let proxied = Proxied::once(&[("TOOLS_IDLE_TIMEOUT", "1s")], json(200, &[], body)).await;
    let user = proxied.user("10").await;
    let request = user.request(Method::POST, "/api/tools/dear/stream");
    let mut response = soon("the head", request.send()).await.unwrap();
    pipe.send("{").await;
    soon("a piece", response.chunk()).await.unwrap();
    assert!(soon("the end", response.chunk()).await.is_err());
    soon("the end of the call", pipe.left()).await;
    assert_eq!(settled(&user).await, "10.00");
    assert!(proxied.server.log().contains("fell silent"));
}

#[tokio::test]
async fn a_demo_tool_streams_and_takes_what_it_has_cost() {
    let server = Launch::sandbox().start().await;
    let user = server.api_as("anna");
    user.create_payment("1").await.pay(&server.stripe()).await;
    let answer = user.post("/api/tools/summarize_document/stream", "{}").await.expect(200);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(answer.text.matches("data: ").count(), 4);
    assert_eq!(user.balance("balance_usd").await, "0.92");
}
