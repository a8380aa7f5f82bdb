//! `WEBHOOKS=store-only`: webhooks are verified and kept, and credit nothing until an operator replays them.
use billing_testkit::simulators::stripe::DeliveryPlan;
use reqwest::Method;
use serde_json::Value;

use crate::{
    market::{Market, credited},
    orders::{Provider, Wish},
    support::{Answer, Server, eventually},
};

/// Stripe's signatures are believed for five minutes; one that is made so much earlier is so old a few seconds later.
const ALMOST_TOO_OLD_SECONDS: i64 = 295;

/// Delivers an event of Stripe's under a signature that was made at a time.
async fn deliver_signed_at(market: &Market, server: &Server, event: &str, at: i64) -> Answer {
    let signature = market.shop.stripe.sign(event.as_bytes(), at);
    let request = server.anybody().request(Method::POST, "/webhooks/stripe");
    Answer::to(request.header("stripe-signature", signature).body(event.to_owned())).await
}

/// The event of Stripe's that tells of the payment of an order.
fn success(market: &Market, order: &str) -> String {
    let tells =
        |event: &Value| event["type"] == "payment_intent.succeeded" && event["data"]["object"]["id"] == order;
    market.shop.stripe.events().into_iter().find(tells).expect("the event").to_string()
}

/// Delivers an event under a signature that soon is too old, and waits until it is.
async fn deliver_until_too_old(market: &Market, server: &Server, event: &str) {
    let signed_at = chrono::Utc::now().timestamp() - ALMOST_TOO_OLD_SECONDS;
    deliver_signed_at(market, server, event, signed_at).await.expect(200);
    eventually("a signature that is too old", async || {
        (deliver_signed_at(market, server, event, signed_at).await.status == 400).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stored_webhooks_credit_once_when_they_are_replayed_even_long_after() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("billing.db").display());
    let mut market = Market::open(&url).await;
    market.shop.launch = market.shop.launch.with_env("WEBHOOKS", "store-only");
    let server = market.start().await;
    let anna = server.api_as("anna");
    for wish in [Wish::new(Provider::Stripe, 1_000), Wish::new(Provider::Fondy, 50_000)] {
        let order = wish.order(&anna).await;
        market.pay(wish.provider, &order.order).await;
    }
    market.wait_until_quiet().await;
    let deliveries = [market.shop.stripe.deliveries(), market.fondy.deliveries()].concat();
    assert!(deliveries.iter().all(|delivery| delivery.status == Some(200)), "{deliveries:?}");

    market.shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    let late = Wish::new(Provider::Stripe, 2_000).order(&anna).await;
    market.pay(Provider::Stripe, &late.order).await;
    let event = success(&market, &late.order);
    let forged = event.replace("2000", "9000");
    let signature = market.shop.stripe.sign(event.as_bytes(), chrono::Utc::now().timestamp());
    let request = server.anybody().request(Method::POST, "/webhooks/stripe").body(forged);
    let answer = Answer::to(request.header("stripe-signature", signature)).await;
    answer.expect_error(400, "INVALID_SIGNATURE");
    deliver_until_too_old(&market, &server, &event).await;

    assert_eq!((anna.balance("balance_usd").await, anna.history_len().await), ("0.00".to_owned(), 0));
    let listed = market.operate(&["webhooks", "list", "--state", "received"]).await.printed();
    for told in ["  stripe  payment_intent.succeeded  ×1", "  fondy  "] {
        assert!(listed.contains(told), "{told} in {listed}");
    }
    assert_eq!(listed.matches("payment_intent.succeeded").count(), 2, "{listed}");
    assert!(server.stop().success());

    market.shop.launch = market.shop.launch.with_env("WEBHOOKS", "process");
    let server = market.start().await;
    let anna = server.api_as("anna");
    assert_eq!(anna.history_len().await, 0);
    for state in ["received", "applied", "ignored", "received"] {
        let told = market.operate(&["webhooks", "replay", "--state", state]).await.printed();
        assert!(told.contains(", failed 0"), "{told}");
        let balance = Provider::Stripe.credit(3_000) + Provider::Fondy.credit(50_000);
        assert_eq!(anna.balance("balance_usd").await, balance.normalize().to_string());
        assert_eq!(credited(&anna).await.len(), 3);
    }
    assert_eq!(market.operate(&["webhooks", "list", "--state", "received"]).await.printed(), "");
    deliver_signed_at(&market, &server, &event, chrono::Utc::now().timestamp()).await.expect(200);
    assert_eq!(credited(&anna).await.len(), 3);

    let rejected =
        market.operate(&["webhooks", "list", "--state", "rejected", "--limit", "1"]).await.printed();
    let id = rejected.split(' ').next().unwrap();
    let told = market.operate(&["webhooks", "replay", id]).await.printed_anyhow();
    assert!(told.contains("FAILED") && told.contains("replayed 0, failed 1"), "{told}");
    market.shop.verify();
}
