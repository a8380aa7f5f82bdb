//! What a call has really cost, as the tools tell.
use axum::body::Body;

use super::{
    Proxied, settled, soon,
    upstream::{json, piped},
};

#[tokio::test]
async fn the_cost_in_a_header_is_charged_and_not_told() {
    for (told, left) in [("0.25", "9.75"), ("0.000001", "9.999999"), ("1.75", "8.25"), ("0", "10.00")] {
        let proxied = Proxied::once(&[], json(200, &[("x-billing-cost", told)], "{}")).await;
        let user = proxied.user("10").await;
        let answer = user.call("dear").await.expect(200);
        assert!(!answer.headers.contains_key("x-billing-cost"));
        assert_eq!(settled(&user).await, left, "{told}");
    }
}

#[tokio::test]
async fn a_cost_beyond_what_is_there_takes_all_there_is() {
    let proxied = Proxied::once(&[], json(200, &[("x-billing-cost", "5")], "{}")).await;
    let user = proxied.user("1.50").await;
    user.call("dear").await.expect(200);
    assert_eq!(settled(&user).await, "0.00");
}

#[tokio::test]
async fn the_cost_in_a_trailer_is_charged_and_not_told() {
    let (pipe, body) = piped();
    let head = json(200, &[("trailer", "x-billing-cost"), ("x-billing-cost", "0.10")], body);
    let proxied = Proxied::once(&[], head).await;
    let user = proxied.user("10").await;
    let call = tokio::spawn({
        let user = user.clone();
        async move { user.call("dear").await }
    });
    pipe.send("{}").await;
    // The last word counts.
    pipe.send_trailers(&[("x-billing-cost", "0.4")]).await;
    drop(pipe);
    let answer = soon("the answer", call).await.unwrap().expect(200);
    assert_eq!(answer.text, "{}");
    assert!(!answer.headers.contains_key("trailer") && !answer.headers.contains_key("x-billing-cost"));
    assert_eq!(user.balance("balance_usd").await, "9.60");
}

#[tokio::test]
async fn a_cost_that_can_not_be_read_leaves_the_estimate() {
    for told in ["-0.5", "0.0000001", "$0.10", "1e-2", "99999999999"] {
        let proxied = Proxied::once(&[], json(200, &[("x-billing-cost", told)], "{}")).await;
        let user = proxied.user("10").await;
        user.call("dear").await.expect(200);
        assert_eq!(settled(&user).await, "9.00", "{told}");
        assert!(proxied.server.errors().contains("cost"), "{}", proxied.server.log());
    }
    let twice = json(200, &[("x-billing-cost", "0.1"), ("x-billing-cost", "0.2")], Body::empty());
    let proxied = Proxied::once(&[], twice).await;
    let user = proxied.user("10").await;
    user.call("dear").await.expect(200);
    assert_eq!(settled(&user).await, "9.00");
}

#[tokio::test]
async fn an_error_costs_what_the_tools_say_it_does() {
    let proxied = Proxied::once(&[], json(422, &[("x-billing-cost", "0.05")], "{}")).await;
    let user = proxied.user("10").await;
    user.call("dear").await.expect(422);
    assert_eq!(settled(&user).await, "9.95");
}
