//! Webhooks that can't be applied when they come are applied later, though nobody sends them again.
use std::{io::Write as _, time::Instant};

use billing_testkit::simulators::stripe::{ApiFault, DeliveryPlan, Fault};
use reqwest::Method;
use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::{
    market::{Market, credited},
    orders::{Provider, Wish},
    support::{Answer, Server, eventually, postgres_url},
};

/// Delivers the newest event of a kind, signed now.
async fn deliver(market: &Market, server: &Server, kind: &str) -> Answer {
    let is_wanted = |event: &Value| event["type"] == kind;
    let event = market.shop.stripe.events().into_iter().rfind(is_wanted).expect("the event").to_string();
    let signature = market.shop.stripe.sign(event.as_bytes(), chrono::Utc::now().timestamp());
    let request = server.anybody().request(Method::POST, "/webhooks/stripe");
    Answer::to(request.header("stripe-signature", signature).body(event)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_could_not_be_applied_is_applied_by_the_server_itself() {
    let url = postgres_url().await;
    let mut market = Market::open(&url).await;
    let server = market.start().await;
    let anna = server.api_as("anna");
    let refunded = Wish::new(Provider::Stripe, 1_000).order(&anna).await;
    market.pay(Provider::Stripe, &refunded.order).await;
    let paid = Wish::new(Provider::Stripe, 2_000).order(&anna).await;
    market.wait_until_quiet().await;
    assert_eq!(anna.balance("balance_usd").await, "10.00");
    market.shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());

    // The provider does not answer when it is asked what was refunded.
    let trouble = ApiFault::new(Fault::Status(500)).with_times(1_000).with_route("GET", "/v1/");
    market.fail(Provider::Stripe, trouble);
    market.shop.stripe.refund(&refunded.order, Some(300)).await.unwrap();
    let answer = deliver(&market, &server, "charge.refunded").await.expect_error(503, "WEBHOOK_FAILED");
    assert_eq!(answer.header("retry-after"), "1");

    // The database does not take the posting.
    market.pay(Provider::Stripe, &paid.order).await;
    let mut database = PgConnection::connect(&url).await.unwrap();
    database.execute("ALTER TABLE postings RENAME TO postings_in_trouble").await.unwrap();
    deliver(&market, &server, "payment_intent.succeeded").await.expect_error(500, "WEBHOOK_FAILED");

    let listed = market.operate(&["webhooks", "list", "--state", "received"]).await.printed();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert_eq!(anna.balance("balance_usd").await, "10.00");

    market.clear_faults();
    database.execute("ALTER TABLE postings_in_trouble RENAME TO postings").await.unwrap();
    let well = Instant::now();
    eventually("both webhooks applied", async || {
        (anna.balance("balance_usd").await == "27.00").then_some(())
    })
    .await;
    writeln!(std::io::stderr(), "applied {:?} after all was well", well.elapsed()).unwrap();
    assert_eq!((credited(&anna).await.len(), anna.history_len().await), (2, 3));
    let applied = async || {
        let left = market.operate(&["webhooks", "list", "--state", "received"]).await.printed();
        left.is_empty().then_some(())
    };
    eventually("an inbox without work", applied).await;
    market.shop.verify();
}
