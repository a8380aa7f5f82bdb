//! A payment credits once, and only what was asked for.
use billing_testkit::simulators::stripe::{DeliveryPlan, PayTerms};

use crate::{
    provider::Shop,
    support::{Launch, postgres_url},
};

async fn a_payment_credits_once(database_url: &str) {
    let mut shop = Shop::open(database_url).await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    let payment = anna.create_payment("10").await;
    shop.stripe.process(&payment.intent).await.unwrap();
    shop.stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "0.00");

    let succeeded = shop.event("payment_intent.succeeded", &payment);
    let deliveries = (0..50).map(|_| shop.deliver(&server, &succeeded));
    for answer in futures_util::future::join_all(deliveries).await {
        answer.expect(200);
    }
    assert_eq!(anna.balance("balance_usd").await, "10.00");

    assert!(server.stop().success());
    let server = shop.start().await;
    let anna = server.api_as("anna");
    for kind in ["payment_intent.succeeded", "payment_intent.processing", "payment_intent.created"] {
        shop.deliver(&server, &shop.event(kind, &payment)).await.expect(200);
        shop.deliver(&server, &succeeded).await.expect(200);
    }
    assert_eq!((anna.balance("balance_usd").await, anna.history_len().await), ("10.00".to_owned(), 1));
    let status = anna.get(&format!("/api/billing/payment/stripe/{}/status", payment.id)).await.expect(200);
    assert_eq!(status.json()["status"], "succeeded");
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_credits_once_on_postgres() {
    a_payment_credits_once(&postgres_url().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_credits_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_payment_credits_once(&format!("sqlite:{}", folder.path().join("billing.db").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_amount_or_currency_credits_nothing_and_needs_review() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(&format!("sqlite:{}", folder.path().join("billing.db").display())).await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let mut hryvnias = PayTerms::new();
    hryvnias.currency = Some("uah".to_owned());
    let mut less = PayTerms::new();
    less.amount_received = Some(999);
    for terms in [hryvnias, less] {
        let payment = anna.create_payment("10").await;
        shop.stripe.pay(&payment.intent, &terms).await.unwrap();
        let path = format!("/api/billing/payment/stripe/{}/status", payment.intent);
        let status = anna.get(&path).await.expect(200);
        assert_eq!(status.json()["needs_review"], "paid_mismatch", "{}", status.text);
        let listed = shop.launch.run(&["payments", "show", &payment.id]);
        assert!(String::from_utf8_lossy(&listed.stdout).contains("paid_mismatch"));
    }
    assert_eq!((anna.balance("balance_usd").await, anna.history_len().await), ("0.00".to_owned(), 0));
    assert!(server.log().contains("needs review"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_learns_of_a_lost_webhook_by_asking() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let anna = server.api_as("anna");
    let payment = anna.create_payment("10").await;
    let stripe = server.stripe();
    stripe.put("/_control/deliveries/plan", r#"{"drop_all": true}"#).await.expect(200);
    payment.pay(&stripe).await;
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    let secrets = std::fs::read_to_string(launch.sandbox_folder().join("secrets.json")).unwrap();
    let secrets: serde_json::Value = serde_json::from_str(&secrets).unwrap();
    let secret = |name: &str| secrets[name].as_str().unwrap().to_owned();
    let beside = launch
        .clone()
        .with_env("DATA_DIR", launch.sandbox_folder().to_str().unwrap())
        .with_env("STRIPE_SECRET_KEY", secret("stripe_secret_key"))
        .with_env("STRIPE_PUBLISHABLE_KEY", secret("stripe_publishable_key"))
        .with_env("STRIPE_WEBHOOK_SECRET", secret("stripe_webhook_secret"))
        .with_env("STRIPE_API_BASE", server.exported("STRIPE_URL"));
    let synced = beside.run(&["payments", "sync", &payment.id]);
    assert!(synced.status.success(), "{}", String::from_utf8_lossy(&synced.stderr));
    assert_eq!(anna.balance("balance_usd").await, "10.00");
}
