use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Api, Launch, NewPayment, eventually};

fn status_path(id: &str) -> String {
    format!("/api/billing/payment/stripe/{id}/status")
}

#[tokio::test]
async fn a_payment_is_seen_by_its_owner_alone() {
    let server = Launch::sandbox().start().await;
    let (anna, boris) = (server.api_as("anna"), server.api_as("boris"));
    let NewPayment { id, intent, .. } = anna.create_payment("10").await;
    for id in [&id, &intent] {
        let seen = anna.get(&status_path(id)).await.expect(200);
        assert_eq!((seen.raw("status"), seen.raw("amount")), ("\"pending\"".into(), "10.00".into()));
        assert_eq!(seen.raw("currency"), "\"USD\"");
        boris.get(&status_path(id)).await.expect_error(404, "PAYMENT_NOT_FOUND");
        anna.get(&format!("/api/billing/payment/fondy/{id}/status"))
            .await
            .expect_error(404, "PAYMENT_NOT_FOUND");
    }
    for unknown in ["pi_unknown", "pi_%00", "018f0000-0000-7000-8000-000000000000", &"x".repeat(300)] {
        anna.get(&status_path(unknown)).await.expect_error(404, "PAYMENT_NOT_FOUND");
    }
    anna.get("/api/billing/payment/%00/pi_unknown/status").await.expect_error(404, "PAYMENT_NOT_FOUND");
    anna.get("/api/billing/payment/stripe/%ff/status").await.expect_error(400, "INVALID_PATH");
}

#[tokio::test]
async fn asking_for_an_open_payment_asks_its_provider() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let user = server.api_as("anna");
    let payment = user.create_payment("10").await;
    // No webhook gets through.
    let stripe = server.stripe();
    stripe.put("/_control/webhook", "null").await.expect(200);
    payment.pay(&stripe).await;
    let seen = user.get(&status_path(&payment.intent)).await.expect(200);
    assert_eq!(seen.raw("status"), "\"succeeded\"");
    assert_eq!(user.balance("balance_usd").await, "10.00");
}

#[tokio::test]
async fn a_refusal_at_the_bank_is_told_although_the_provider_was_asked_a_moment_before() {
    let server = Launch::sandbox().start().await;
    let user = server.api_as("anna");
    let payment = user.create_payment("10").await;
    // No webhook gets through.
    let stripe = server.stripe();
    stripe.put("/_control/webhook", "null").await.expect(200);
    let post = async |path: String, terms: &[(&str, &str)]| {
        let secret = [("client_secret", payment.client_secret.as_str())];
        let form: Vec<_> = secret.iter().chain(terms).collect();
        let request = stripe.request(Method::POST, &path).bearer_auth("pk_test_of_a_browser");
        Answer::to(request.form(&form)).await.expect(200).raw("status")
    };
    let terms = [("payment_method", "pm_card_threeDSecure2Required"), ("use_stripe_sdk", "true")];
    let asked = post(format!("/v1/payment_intents/{}/confirm", payment.intent), &terms).await;
    assert_eq!(asked, "\"requires_action\"");
    let open = user.get(&status_path(&payment.id)).await.expect(200);
    assert_eq!((open.raw("status"), open.raw("failure")), ("\"pending\"".into(), "null".into()));

    post(format!("/3ds/{}/refuse", payment.intent), &[]).await;
    let told = eventually("the refusal", async || {
        let seen = user.get(&status_path(&payment.id)).await.expect(200).json();
        seen["failure"]["code"].is_string().then_some(seen)
    })
    .await;
    assert_eq!(told["failure"]["code"], "payment_intent_authentication_failure");
    assert_eq!((&told["status"], &told["failure"]["message"]), (&"pending".into(), &Value::Null));
    assert_eq!(user.balance("balance_usd").await, "0.00");
}

#[tokio::test]
async fn what_is_on_offer_can_be_asked_by_anybody() {
    let sandbox = Launch::sandbox().start().await;
    let offer = sandbox.anybody().get("/api/billing/payment/providers").await.expect(200).json();
    let [fondy, stripe] = &offer["providers"].as_array().unwrap()[..] else { panic!("{offer}") };
    assert_eq!((fondy["id"].as_str(), fondy["kind"].as_str()), (Some("fondy"), Some("hosted")));
    assert_eq!((&fondy["currency"], &fondy["publishable_key"]), (&"UAH".into(), &serde_json::Value::Null));
    assert_eq!((stripe["id"].as_str(), stripe["kind"].as_str()), (Some("stripe"), Some("hosted")));
    assert_eq!(stripe["checkout_origin"], sandbox.exported("STRIPE_URL"));
    assert_eq!((&stripe["publishable_key"], &stripe["min"]), (&serde_json::Value::Null, &0.5.into()));

    let with_form = Launch::sandbox().with_arguments(["--stripe-form", "elements"]).start().await;
    let offer = with_form.anybody().get("/api/billing/payment/providers").await.expect(200).json();
    let stripe = &offer["providers"][1];
    assert_eq!((stripe["id"].as_str(), stripe["kind"].as_str()), (Some("stripe"), Some("elements")));
    assert!(stripe["publishable_key"].as_str().unwrap().starts_with("pk_test_"));

    let server = Launch::serve().start().await;
    assert_eq!(
        server.anybody().get("/api/billing/payment/providers").await.expect(200).text,
        r#"{"providers":[]}"#
    );
    server
        .api_as("anna")
        .post("/api/billing/payment/stripe/create", r#"{"amount_usd": 10}"#)
        .await
        .expect_error(404, "UNKNOWN_PROVIDER");
}

#[tokio::test]
async fn who_starts_payments_too_fast_has_to_wait() {
    let launch = Launch::sandbox().with_env("RATE_LIMIT_PAYMENTS_PER_MINUTE", "1");
    let server = launch.with_env("TRUSTED_PROXIES", "127.0.0.0/8").start().await;
    let create = async |user: &str, client: &str, usd: &str| {
        let api = server.api_as(user);
        let request = api.request(Method::POST, "/api/billing/payment/stripe/create");
        let request = request.header("content-type", "application/json").header("x-forwarded-for", client);
        Answer::to(request.body(format!(r#"{{"amount_usd": {usd}}}"#))).await
    };
    // What is refused for its content does not count.
    create("anna", "203.0.113.7", "0.01").await.expect_error(400, "INVALID_AMOUNT");
    create("anna", "203.0.113.7", "1").await.expect(200);
    let refused = create("anna", "203.0.113.8", "1").await.expect_error(429, "RATE_LIMITED");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");

    for user in ["boris", "carol", "dora", "egor"] {
        create(user, "203.0.113.7", "1").await.expect(200);
    }
    create("fedir", "203.0.113.7", "1").await.expect_error(429, "RATE_LIMITED");
    create("hanna", "203.0.113.8", "1").await.expect(200);
}

async fn create_with_key(api: &Api, key: &str, usd: &str) -> Answer {
    let request =
        api.request(Method::POST, "/api/billing/payment/stripe/create").header("idempotency-key", key);
    let body = format!(r#"{{"amount_usd": {usd}}}"#);
    Answer::to(request.header("content-type", "application/json").body(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_is_one_payment() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let anna = server.api_as("anna");
    let clicks = (0..10).map(|_| create_with_key(&anna, "click-1", "10"));
    let answers = futures_util::future::join_all(clicks).await;
    let first = answers[0].clone().expect(200);
    for answer in answers {
        let answer = answer.expect(200);
        for field in ["paymentId", "paymentIntentId", "clientSecret"] {
            assert_eq!(answer.raw(field), first.raw(field));
        }
    }
    drop(server);
    let server = launch.start().await;
    let (anna, boris) = (server.api_as("anna"), server.api_as("boris"));
    assert_eq!(
        create_with_key(&anna, "click-1", "10.00").await.expect(200).raw("paymentId"),
        first.raw("paymentId")
    );
    create_with_key(&anna, "click-1", "11").await.expect_error(409, "IDEMPOTENCY_KEY_REUSED");
    assert_ne!(
        create_with_key(&boris, "click-1", "10").await.expect(200).raw("paymentId"),
        first.raw("paymentId")
    );
    for bad in ["", "with space", &"x".repeat(256)] {
        create_with_key(&anna, bad, "10").await.expect_error(400, "INVALID_IDEMPOTENCY_KEY");
    }
    // An amount that is refused leaves its key free.
    create_with_key(&anna, "click-2", "0.01").await.expect_error(400, "INVALID_AMOUNT");
    create_with_key(&anna, "click-2", "1").await.expect(200);
}

#[tokio::test]
async fn payments_are_listed_for_their_owner_by_status() {
    let server = Launch::sandbox().start().await;
    let (anna, boris) = (server.api_as("anna"), server.api_as("boris"));
    let paid = anna.create_payment("10").await;
    paid.pay(&server.stripe()).await;
    let open = anna.create_payment("20").await;
    let body = r#"{"amount_uah": 415}"#;
    let hosted = anna.post("/api/billing/payment/fondy/create", body).await.expect(200).json();
    let list = async |user: &Api, query: &str| {
        let answer = user.get(&format!("/api/billing/payments{query}")).await.expect(200).json();
        answer["payments"].as_array().unwrap().clone()
    };
    let ids = async |query: &str| {
        let payments = list(&anna, query).await;
        payments.iter().map(|payment| payment["paymentId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let hosted_id = hosted["paymentId"].as_str().unwrap().to_owned();
    assert_eq!(ids("").await, [hosted_id.as_str(), &open.id, &paid.id]);
    assert_eq!(ids("?status=open").await, [hosted_id.as_str(), &open.id]);
    assert_eq!(ids("?status=succeeded").await, [paid.id.as_str()]);
    assert_eq!(ids("?status=pending,succeeded&limit=1").await, [hosted_id.as_str()]);
    assert!(list(&boris, "").await.is_empty());

    let all = list(&anna, "").await;
    assert_eq!((&all[0]["checkout_url"], &all[1]["checkout_url"]), (&hosted["paymentUrl"], &Value::Null));
    let rate = all[0]["exchange_rate"].as_str().unwrap();
    assert!(rate.starts_with("0.02"), "{rate}");
    assert_eq!(all[1]["exchange_rate"], Value::Null);
    let status = anna.get(&format!("/api/billing/payment/fondy/{hosted_id}/status")).await.expect(200).json();
    assert_eq!(status["checkout_url"], hosted["paymentUrl"]);

    for bad in ["?status=paid", "?status=open,", "?limit=0", "?limit=101"] {
        anna.get(&format!("/api/billing/payments{bad}")).await.expect_error(400, "INVALID_QUERY");
    }
    server.anybody().get("/api/billing/payments").await.expect_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn the_receipt_of_a_paid_payment_is_its_providers_page() {
    let server = Launch::sandbox().start().await;
    let (anna, boris) = (server.api_as("anna"), server.api_as("boris"));
    let payment = anna.create_payment("10").await;
    let receipt_path = format!("/api/billing/payment/stripe/{}/receipt", payment.id);
    assert_eq!(anna.get(&status_path(&payment.id)).await.expect(200).raw("has_receipt"), "false");
    anna.get(&receipt_path).await.expect_error(404, "RECEIPT_NOT_FOUND");

    payment.pay(&server.stripe()).await;
    assert_eq!(anna.get(&status_path(&payment.id)).await.expect(200).raw("has_receipt"), "true");
    boris.get(&receipt_path).await.expect_error(404, "PAYMENT_NOT_FOUND");
    let url = anna.get(&receipt_path).await.expect(200).json()["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&server.exported("STRIPE_URL")), "{url}");
    let page = reqwest::get(url).await.unwrap().error_for_status().unwrap().text().await.unwrap();
    assert!(page.contains("10.00 USD"), "{page}");
    let again = anna.get(&receipt_path).await.expect_error(429, "RATE_LIMITED");
    assert_eq!(again.header("retry-after"), "3");
}
