use std::{collections::BTreeSet, time::Duration};

use billing_core::{GatewayError, PaymentGateway, PaymentRef};
use serde_json::json;

use crate::{
    canned::{Call, Canned},
    setup::{SECRET_KEY, order},
};

fn intent() -> PaymentRef {
    PaymentRef::new(None, Some("pi_1".to_owned()))
}

#[tokio::test]
async fn an_order_is_sent_with_our_id_under_our_key() {
    let stripe = Canned::new(200, &[], json!({ "id": "pi_1", "client_secret": "s" }).to_string()).await;
    let order = order();
    let id = order.id.to_string();
    stripe.gateway.create_payment(order).await.unwrap();

    let [call] = stripe.calls().try_into().map_err(|_| "one call").unwrap();
    assert_eq!(call.line, "POST /v1/payment_intents");
    assert_eq!(call.headers["idempotency-key"], id.as_str());
    assert_eq!(call.headers["authorization"], format!("Bearer {SECRET_KEY}"));
    assert_eq!(call.headers["stripe-version"], "2026-09-30.endive");
    assert_eq!(call.headers["content-type"], "application/x-www-form-urlencoded");
    let fields: Vec<_> = call.form.split('&').collect();
    let expected = [
        "amount=2500",
        "automatic_payment_methods[enabled]=true",
        "currency=usd",
        "description=%D0%9F%D0%BE%D0%BF%D0%BE%D0%B2%D0%BD%D0%B5%D0%BD%D0%BD%D1%8F",
        "metadata[account]=acme+%26+sons",
        &format!("metadata[payment_id]={id}"),
    ];
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn a_cancellation_carries_a_key_of_its_own() {
    let body = json!({ "error": { "type": "api_error" } }).to_string();
    let stripe = Canned::new(500, &[], body).await;
    let payment = intent();
    let (first, second) = tokio::join!(stripe.gateway.cancel(&payment), stripe.gateway.cancel(&payment));
    assert!(first.is_err() && second.is_err());
    let calls = stripe.calls();
    let key = |call: &Call| call.headers["idempotency-key"].to_str().unwrap().to_owned();
    let keys: BTreeSet<_> = calls.iter().map(key).collect();
    // The attempts of one share it; the next one has another, since a refusal is kept under a key for a day.
    assert_eq!((calls.len(), keys.len()), (6, 2), "{keys:?}");
}

#[tokio::test]
async fn an_answer_needs_no_more_fields_than_are_used() {
    let stripe = Canned::new(200, &[], r#"{"id":"pi_1","status":"canceled","amount_received":0}"#).await;
    let snapshot = stripe.gateway.payment_status(&intent()).await.unwrap();
    assert_eq!(snapshot.take_backs, Some(vec![]));
    assert_eq!(stripe.calls()[0].line, "GET /v1/payment_intents/pi_1");
}

#[tokio::test]
async fn who_asks_for_long_patience_is_left_alone() {
    let body = json!({ "error": { "type": "invalid_request_error", "code": "rate_limit" } });
    let stripe = Canned::new(429, &[("retry-after", "30")], body.to_string()).await;
    let error = stripe.gateway.payment_status(&intent()).await.unwrap_err();
    let GatewayError::RateLimited { retry_after } = error else { panic!("{error}") };
    assert_eq!(retry_after, Some(Duration::from_secs(30)));
    assert_eq!(stripe.calls().len(), 1);
}

#[tokio::test]
async fn stripe_can_forbid_a_repeat() {
    let body = json!({ "error": { "type": "api_error" } }).to_string();
    let stripe = Canned::new(500, &[("stripe-should-retry", "false")], body).await;
    let error = stripe.gateway.create_payment(order()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unavailable(_)));
    assert_eq!(stripe.calls().len(), 1);
}

#[tokio::test]
async fn a_declined_card_is_told_without_the_payment_around_it() {
    let body = json!({ "error": {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "insufficient_funds",
        "message": "Your card has insufficient funds.",
        "payment_intent": { "id": "pi_1", "client_secret": "pi_1_secret_2" },
    } });
    let stripe = Canned::new(402, &[], body.to_string()).await;
    let error = stripe.gateway.create_payment(order()).await.unwrap_err();
    let GatewayError::Declined { code, message } = error else { panic!("{error}") };
    assert_eq!(
        (code.as_str(), message.as_deref()),
        ("insufficient_funds", Some("Your card has insufficient funds."))
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stripe = Canned::new(302, &[("location", "/v1/elsewhere")], "").await;
    let error = stripe.gateway.payment_status(&intent()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Protocol(_)));
    assert!(stripe.calls().iter().all(|call| call.line == "GET /v1/payment_intents/pi_1"));
}

#[tokio::test]
async fn a_body_without_end_is_not_read() {
    let stripe = Canned::new(200, &[], " ".repeat(5 << 20)).await;
    let error = stripe.gateway.payment_status(&intent()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Protocol(_)));
}

#[tokio::test]
async fn a_list_without_end_is_an_error() {
    // Read as a payment it has been paid; read as a list it has more, for ever.
    let body =
        json!({ "id": "pi_1", "status": "succeeded", "amount_received": 1, "data": [], "has_more": true });
    let stripe = Canned::new(200, &[], body.to_string()).await;
    let error = stripe.gateway.payment_status(&intent()).await.unwrap_err();
    assert!(matches!(error, GatewayError::Protocol(_)));
    assert!(stripe.calls().len() <= 21);
}

#[tokio::test]
async fn nothing_but_an_id_becomes_a_path() {
    let stripe = Canned::new(200, &[], "{}").await;
    for id in [None, Some(""), Some("pi_"), Some("ch_1"), Some("pi_1/cancel"), Some("pi_1?expand=x")] {
        let reference = PaymentRef::new(None, id.map(str::to_owned));
        let error = stripe.gateway.payment_status(&reference).await.unwrap_err();
        assert!(matches!(error, GatewayError::PaymentNotFound), "{id:?}");
    }
    assert!(stripe.calls().is_empty());
}

#[tokio::test]
async fn a_receipt_is_a_page_that_a_browser_may_be_sent_to() {
    let receipt = async |charge: serde_json::Value| {
        let stripe =
            Canned::new(200, &[], json!({ "id": "pi_1", "latest_charge": charge }).to_string()).await;
        let receipt = stripe.gateway.receipt(&intent()).await.unwrap();
        assert_eq!(stripe.calls()[0].line, "GET /v1/payment_intents/pi_1?expand[0]=latest_charge");
        receipt
    };
    let page = "https://pay.stripe.com/receipts/payment/1";
    assert_eq!(receipt(json!({ "receipt_url": page })).await.as_deref(), Some(page));
    for none in [json!(null), json!({}), json!({ "receipt_url": null })] {
        assert_eq!(receipt(none).await, None);
    }
    for unsafe_page in ["javascript:alert(1)", "http://pay.stripe.com/1", "/receipts/1", ""] {
        assert_eq!(receipt(json!({ "receipt_url": unsafe_page })).await, None, "{unsafe_page}");
    }
}
