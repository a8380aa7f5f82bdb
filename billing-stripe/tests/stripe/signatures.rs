use billing_core::{GatewayError, PaymentGateway, WebhookEvent, WebhookRequest};
use billing_stripe::StripeGateway;
use chrono::DateTime;
use serde::Deserialize;

use crate::setup::{SECRET_KEY, WEBHOOK_SECRET};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    secret: String,
    now: i64,
    header: String,
    payload: String,
    official_libraries_accept: bool,
}

fn vectors() -> Vec<Vector> {
    let vectors: Vectors = serde_json::from_str(include_str!("../fixtures/stripe_signatures.json")).unwrap();
    assert_eq!(vectors.vectors.len(), 22);
    vectors.vectors
}

fn vector(name: &str) -> Vector {
    vectors().into_iter().find(|vector| vector.name == name).unwrap()
}

impl Vector {
    fn gateway(&self) -> StripeGateway {
        StripeGateway::builder(SECRET_KEY, &self.secret).build().unwrap()
    }

    async fn judged_by(&self, gateway: &StripeGateway) -> Result<WebhookEvent, GatewayError> {
        let headers = [("stripe-signature", &self.header)];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let received_at = DateTime::from_timestamp(self.now, 0).unwrap();
        let request =
            WebhookRequest::new(headers.into_iter().collect(), self.payload.clone().into(), received_at);
        gateway.parse_webhook(request).await
    }
}

fn is_authentic(verdict: &Result<WebhookEvent, GatewayError>) -> bool {
    !matches!(verdict, Err(GatewayError::NotAuthentic { .. }))
}

#[tokio::test]
async fn every_vector_is_judged_as_the_official_libraries_do_but_for_the_future() {
    for vector in vectors() {
        let verdict = vector.judged_by(&vector.gateway()).await;
        let expected = vector.official_libraries_accept && vector.name != "future_3600";
        assert_eq!(is_authentic(&verdict), expected, "{}: {verdict:?}", vector.name);
    }
}

#[tokio::test]
async fn an_authentic_body_that_is_no_event_is_an_error_of_its_own() {
    let vector = vector("valid_empty_body");
    let verdict = vector.judged_by(&vector.gateway()).await;
    assert!(matches!(verdict, Err(GatewayError::Protocol(_))), "{verdict:?}");
}

#[tokio::test]
async fn any_of_several_secrets_may_sign() {
    let vector = vector("valid");
    let rolled =
        StripeGateway::builder(SECRET_KEY, WEBHOOK_SECRET).with_more_webhook_secrets([&vector.secret]);
    assert!(is_authentic(&vector.judged_by(&rolled.build().unwrap()).await));
    let other = StripeGateway::builder(SECRET_KEY, WEBHOOK_SECRET).build().unwrap();
    assert!(!is_authentic(&vector.judged_by(&other).await));
}

#[tokio::test]
async fn the_tolerance_holds_both_ways_to_the_second() {
    let valid = vector("valid");
    for (shift, expected) in [(-301, false), (-300, true), (300, true), (301, false)] {
        let shifted = Vector { now: valid.now + shift, ..valid.clone() };
        assert_eq!(is_authentic(&shifted.judged_by(&valid.gateway()).await), expected, "{shift}");
    }
    let strict =
        StripeGateway::builder(SECRET_KEY, &valid.secret).with_tolerance(std::time::Duration::from_secs(1));
    let late = Vector { now: valid.now + 2, ..valid };
    assert!(!is_authentic(&late.judged_by(&strict.build().unwrap()).await));
}

#[tokio::test]
async fn a_live_key_does_not_believe_test_events() {
    let vector = vector("valid");
    let live = StripeGateway::builder("sk_live_key", &vector.secret).build().unwrap();
    assert!(!is_authentic(&vector.judged_by(&live).await));
}
