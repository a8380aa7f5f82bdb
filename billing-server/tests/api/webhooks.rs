use std::time::{SystemTime, UNIX_EPOCH};

use billing_testkit::simulators::stripe::signature_header;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Api, Launch};

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn webhook_secret(launch: &Launch) -> String {
    let secrets = std::fs::read_to_string(launch.sandbox_folder().join("secrets.json")).unwrap();
    let secrets: Value = serde_json::from_str(&secrets).unwrap();
    secrets["stripe_webhook_secret"].as_str().unwrap().to_owned()
}

async fn deliver(anybody: &Api, body: &str, signature: &str) -> Answer {
    let request = anybody.request(Method::POST, "/webhooks/stripe").header("stripe-signature", signature);
    Answer::to(request.header("content-type", "application/json").body(body.to_owned())).await
}

#[tokio::test]
async fn what_is_not_signed_by_the_provider_changes_nothing() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let (anna, anybody) = (server.api_as("anna"), server.anybody());
    let payment = anna.create_payment("10").await;
    let secret = webhook_secret(&launch);
    let body = json!({
        "id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "livemode": false, "created": now(),
        "data": { "object": {
            "id": payment.intent, "object": "payment_intent", "status": "succeeded", "amount": 1000,
            "amount_received": 1000, "currency": "usd", "livemode": false,
            "metadata": { "payment_id": payment.id },
        } },
    })
    .to_string();
    let right = signature_header(&secret, body.as_bytes(), now());
    let wrong_secret = signature_header("whsec_another", body.as_bytes(), now());
    let old = signature_header(&secret, body.as_bytes(), now() - 3_600);
    for (body, signature) in [
        (body.clone(), wrong_secret),
        (body.clone(), old),
        (body.replace("1000", "9000"), right),
        (body.clone(), String::new()),
        (body.clone(), "t=1,v1=00".to_owned()),
    ] {
        deliver(&anybody, &body, &signature).await.expect_error(400, "INVALID_SIGNATURE");
    }
    anybody.post("/webhooks/stripe", "{}").await.expect_error(400, "INVALID_SIGNATURE");
    anybody.post("/webhooks/other", "{}").await.expect_error(404, "UNKNOWN_PROVIDER");
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    assert_eq!(anna.history_len().await, 0);
    assert!(server.log().contains("webhook from stripe failed"));
}

#[tokio::test]
async fn what_is_not_about_us_is_taken_and_ignored() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let secret = webhook_secret(&launch);
    let event = |kind: &str, object: Value| {
        json!({
            "id": "evt_2", "object": "event", "type": kind, "livemode": false, "created": now(),
            "data": { "object": object },
        })
        .to_string()
    };
    let unmatched = event(
        "payment_intent.succeeded",
        json!({
            "id": "pi_of_somebody_else", "object": "payment_intent", "status": "succeeded", "amount": 1000,
            "amount_received": 1000, "currency": "usd", "livemode": false, "metadata": {},
        }),
    );
    let ignored = event("customer.created", json!({ "id": "cus_1", "object": "customer" }));
    for body in [unmatched, ignored] {
        let signature = signature_header(&secret, body.as_bytes(), now());
        deliver(&server.anybody(), &body, &signature).await.expect(200);
    }
}
