use billing_core::{
    Failure, GatewayError, PaymentGateway, PaymentId, PaymentRef, PaymentSnapshot, PaymentStatus,
    WebhookContent, WebhookEvent, WebhookRequest,
};
use billing_fondy::FondyGateway;
use chrono::Utc;
use http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::setup::{SECRET, Vector, kind, listener, reversal, signed, told, uah};

pub(crate) fn webhook(content_type: &str, body: impl Into<Vec<u8>>) -> WebhookRequest {
    let mut request = WebhookRequest::new(HeaderMap::new(), body.into().into(), Utc::now());
    request.headers.insert("content-type", content_type.parse().unwrap());
    request
}

/// A callback as Fondy sends it.
pub(crate) fn json_webhook(fields: &Value) -> WebhookRequest {
    webhook("application/json; charset=UTF-8", fields.to_string())
}

/// The same as a form.
pub(crate) fn form_webhook(fields: &Value) -> WebhookRequest {
    let fields = fields.as_object().unwrap().iter();
    let fields = fields.map(|(name, value)| (name, value.as_str().map_or(value.to_string(), str::to_owned)));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    webhook("application/x-www-form-urlencoded", form)
}

async fn heard(fields: &Value) -> Result<WebhookEvent, GatewayError> {
    listener().parse_webhook(json_webhook(fields)).await
}

pub(crate) fn snapshot(event: WebhookEvent) -> PaymentSnapshot {
    match event.content {
        WebhookContent::Payment(snapshot) => snapshot,
        other => panic!("no snapshot: {other:?}"),
    }
}

#[tokio::test]
async fn a_paid_order_is_heard_in_every_form() {
    let id = PaymentId::new();
    let fields = signed(told(id, &json!({ "response_description": "Оплачено & + % 🎉" })));
    let enveloped = json!({ "response": fields }).to_string();
    for request in [
        json_webhook(&fields),
        webhook("Application/JSON", fields.to_string()),
        webhook("application/json", serde_json::to_vec_pretty(&fields).unwrap()),
        webhook("application/json", enveloped),
        form_webhook(&fields),
    ] {
        let body = request.body.clone();
        let event = listener().parse_webhook(request).await.unwrap();
        assert_eq!((event.kind.as_str(), event.id.len()), ("order.approved", 64));
        assert_eq!(event.id, hex::encode(Sha256::digest(&body)));
        let snapshot = snapshot(event);
        assert_eq!(snapshot.payment, PaymentRef::new(Some(id), Some(id.to_string())));
        assert_eq!((snapshot.status, snapshot.paid), (PaymentStatus::Succeeded, Some(uah(25_000))));
        assert_eq!((snapshot.take_backs, snapshot.other_merchant), (Some(vec![]), false));
    }
}

#[tokio::test]
async fn a_body_of_another_kind_is_refused() {
    let fields = signed(told(PaymentId::new(), &json!({})));
    for content_type in ["text/plain", "application/xml", "", "multipart/form-data", "application/jsonx"] {
        let error = listener().parse_webhook(webhook(content_type, fields.to_string())).await.unwrap_err();
        let expected = "its content type is neither json nor form";
        assert!(
            matches!(error, GatewayError::NotAuthentic { reason } if reason == expected),
            "{content_type}: {error}"
        );
    }
    let mut without = json_webhook(&fields);
    without.headers.clear();
    assert_eq!(kind(&listener().parse_webhook(without).await.unwrap_err()), "not authentic");
}

#[tokio::test]
async fn each_status_is_heard() {
    let id = PaymentId::new();
    for (word, status, paid) in [
        ("created", PaymentStatus::Pending, None),
        ("processing", PaymentStatus::Processing, None),
        ("expired", PaymentStatus::Expired, None),
        ("approved", PaymentStatus::Succeeded, Some(uah(25_000))),
        ("reversed", PaymentStatus::Succeeded, Some(uah(25_000))),
        ("a_word_of_tomorrow", PaymentStatus::Pending, None),
    ] {
        let event = heard(&signed(told(id, &json!({ "order_status": word })))).await.unwrap();
        assert_eq!(event.kind, format!("order.{word}"));
        let snapshot = snapshot(event);
        assert_eq!((snapshot.status, snapshot.paid, snapshot.failure), (status, paid, None), "{word}");
    }
}

#[tokio::test]
async fn what_was_taken_back_is_heard_whatever_the_status() {
    let id = PaymentId::new();
    for (changes, expected) in [
        (json!({ "reversal_amount": "5000" }), Some(reversal(5_000))),
        (json!({ "reversal_amount": 5_000, "tran_type": "reverse" }), Some(reversal(5_000))),
        (json!({ "reversal_amount": "25000", "order_status": "reversed" }), Some(reversal(25_000))),
        (json!({ "reversal_amount": "" }), None),
        (json!({ "reversal_amount": null }), None),
    ] {
        let event = heard(&signed(told(id, &changes))).await.unwrap();
        assert_eq!(snapshot(event).take_backs, expected, "{changes}");
    }
}

#[tokio::test]
async fn callbacks_that_gateways_or_libraries_signed_are_believed() {
    let test_gateway =
        |secret: &str| FondyGateway::builder("1396424", secret).with_test_merchant_allowed().build().unwrap();
    for (name, status, take_backs) in [
        ("gateway_callback_approved", PaymentStatus::Succeeded, Some(vec![])),
        ("gateway_status_expired", PaymentStatus::Expired, Some(vec![])),
        ("callback_declined_with_reason", PaymentStatus::Failed, Some(vec![])),
        ("callback_partly_refunded", PaymentStatus::Succeeded, Some(reversal(5_000))),
    ] {
        let vector = Vector::named(name);
        let event = test_gateway(&vector.secret).parse_webhook(json_webhook(&vector.signed())).await.unwrap();
        let snapshot = snapshot(event);
        assert_eq!((snapshot.status, snapshot.take_backs), (status, take_backs), "{name}");
        if status == PaymentStatus::Failed {
            let reason = "Decline, not sufficient funds".to_owned();
            assert_eq!(snapshot.failure, Some(Failure::new("1037", Some(reason))));
        }
    }
}

#[tokio::test]
async fn a_test_payment_is_refused_where_money_counts() {
    let id = PaymentId::new();
    for changes in [
        json!({ "additional_info": "{\"is_test\": true}" }),
        json!({ "response_signature_string": "****|25000" }),
    ] {
        let fields = signed(told(id, &changes));
        let error = heard(&fields).await.unwrap_err();
        assert!(
            matches!(error, GatewayError::NotAuthentic { reason: "it is of a test payment" }),
            "{changes}: {error}"
        );
        let allowed = FondyGateway::builder("1234567", SECRET).with_test_merchant_allowed().build().unwrap();
        assert!(allowed.parse_webhook(json_webhook(&fields)).await.is_ok(), "{changes}");
    }
}

#[tokio::test]
async fn another_merchant_is_told_and_not_credited_unseen() {
    let event = heard(&signed(told(PaymentId::new(), &json!({ "merchant_id": 7_654_321 })))).await.unwrap();
    assert!(snapshot(event).other_merchant);
}

#[tokio::test]
async fn an_amount_that_cannot_be_read_is_an_error_and_not_a_payment() {
    for amount in ["-25000", "250.00", "2,5", "25000 ", "abc", "9999999999999"] {
        for name in ["amount", "reversal_amount"] {
            let error = heard(&signed(told(PaymentId::new(), &json!({ name: amount })))).await.unwrap_err();
            assert_eq!(kind(&error), "protocol", "{name} {amount}: {error}");
        }
    }
}

#[tokio::test]
async fn another_currency_is_told_as_it_is() {
    let fields = signed(told(PaymentId::new(), &json!({ "currency": "USD" })));
    let paid = snapshot(heard(&fields).await.unwrap()).paid.unwrap();
    assert_eq!(paid.to_string(), "250.00 USD");
    let fields = signed(told(PaymentId::new(), &json!({ "currency": "XXX" })));
    assert_eq!(snapshot(heard(&fields).await.unwrap()).paid, None);
}

#[tokio::test]
async fn protocol_2_is_told_apart_and_not_read() {
    let data = "eyJvcmRlciI6e319";
    let signature = crate::setup::signature(SECRET, &json!({ "data": data }));
    let callback = json!({ "version": "2.0", "data": data, "signature": signature });
    for body in [callback.clone(), json!({ "response": callback })] {
        let error = heard(&body).await.unwrap_err();
        assert_eq!(kind(&error), "protocol", "{error}");
    }
    let mut forged = callback;
    forged["data"] = "eyJvcmRlciI6e30g".into();
    assert_eq!(kind(&heard(&forged).await.unwrap_err()), "not authentic");
}
