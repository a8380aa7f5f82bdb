use billing_core::{GatewayError, PaymentGateway, PaymentId, PaymentRef, WebhookContent};
use billing_fondy::{FondyGateway, FondySignature};
use serde_json::{Value, json};

use crate::{
    setup::{SECRET, Vector, builder, kind, listener, signature, signed, told},
    webhooks::{form_webhook, json_webhook, webhook},
};

/// The reason why a callback is not believed.
async fn refused(content_type: &str, body: impl Into<Vec<u8>>) -> &'static str {
    match listener().parse_webhook(webhook(content_type, body)).await {
        Err(GatewayError::NotAuthentic { reason }) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

/// What is believed of fields under a signature of other fields with the same values.
async fn judged(fields: &Value) -> Result<WebhookContent, GatewayError> {
    Ok(listener().parse_webhook(json_webhook(fields)).await?.content)
}

fn renamed(fields: &Value, from: &str, to: &str) -> Value {
    let mut fields = fields.clone();
    let value = fields.as_object_mut().unwrap().remove(from).unwrap();
    fields[to] = value;
    fields
}

#[tokio::test]
async fn a_callback_that_was_touched_is_refused() {
    let fields = signed(told(PaymentId::new(), &json!({})));
    assert!(judged(&fields).await.is_ok());
    for (name, value) in [
        ("amount", json!("95000")),
        ("order_status", json!("reversed")),
        ("order_id", json!(PaymentId::new().to_string())),
        ("merchant_id", json!(7)),
        ("fee", json!("0")),
        ("unheard_of", json!("1")),
        ("rrn", json!(0)),
        ("signature", json!("")),
        ("signature", json!(null)),
        ("signature", json!([fields["signature"]])),
        ("signature", json!(fields["signature"].as_str().unwrap().to_uppercase())),
        ("signature", json!(signature("", &fields))),
        ("signature", json!(signature("test", &fields))),
        ("additional_info", json!("{\"transaction_id\":1994930931,\"client_fee\":0.0}")),
    ] {
        let mut touched = fields.clone();
        touched[name] = value.clone();
        assert_eq!(kind(&judged(&touched).await.unwrap_err()), "not authentic", "{name}: {value}");
    }
    let mut unsigned = fields;
    unsigned.as_object_mut().unwrap().remove("signature");
    assert_eq!(refused("application/json", unsigned.to_string()).await, "it has no signature");
}

#[tokio::test]
async fn a_renamed_field_that_is_needed_is_missed() {
    let fields = signed(told(PaymentId::new(), &json!({})));
    for (from, to) in [
        ("amount", "amounu"),
        ("currency", "currencz"),
        ("merchant_id", "merchant_ie"),
        ("order_id", "order_ie"),
        ("order_status", "order_statut"),
    ] {
        let forged = renamed(&fields, from, to);
        assert_eq!(signature(SECRET, &forged), fields["signature"], "{from} is no collision");
        let reason = refused("application/json", forged.to_string()).await;
        assert_eq!(reason, "a field that every order has is missing", "{from}");
    }
}

/// A payer whose payment was declined has chosen an e-mail address with care, and holds what the browser brought back.
#[tokio::test]
async fn the_payers_words_do_not_come_to_stand_where_the_status_is() {
    let id = PaymentId::new();
    let genuine = signed(told(
        id,
        &json!({ "order_status": "declined", "sender_email": "approved", "reversal_amount": null, "order_time": null }),
    ));
    let mut forged = genuine.clone();
    for (from, to) in [
        ("order_status", "order_ie"),
        ("payment_id", "order_if"),
        ("response_status", "order_ig"),
        ("sender_email", "order_status"),
    ] {
        forged = renamed(&forged, from, to);
    }
    assert_eq!(signature(SECRET, &forged), genuine["signature"], "this is no collision");
    assert_eq!(forged["order_status"], "approved");
    // Signed it is, but nothing in it is believed.
    let asked_for = WebhookContent::Changed(PaymentRef::new(Some(id), Some(id.to_string())));
    assert_eq!(judged(&forged).await.unwrap(), asked_for);
}

#[tokio::test]
async fn joined_and_parted_values_are_not_believed() {
    let id = PaymentId::new();
    let genuine = signed(told(id, &json!({})));
    // The time of the order swallows the id of the payment.
    let mut joined = genuine.clone();
    joined["order_time"] = format!("{}|805243692", genuine["order_time"].as_str().unwrap()).into();
    joined.as_object_mut().unwrap().remove("payment_id");
    assert_eq!(signature(SECRET, &joined), genuine["signature"], "this is no collision");
    let asked_for = WebhookContent::Changed(PaymentRef::new(Some(id), Some(id.to_string())));
    assert_eq!(judged(&joined).await.unwrap(), asked_for);

    // A text with a separator in it is parted elsewhere.
    let genuine =
        signed(told(id, &json!({ "order_status": "declined", "order_time": null, "merchant_data": "a|1" })));
    let mut parted = genuine.clone();
    parted["masked_card"] = "444455XXXXXX1111|a".into();
    parted["merchant_data"] = "1".into();
    assert_eq!(signature(SECRET, &parted), genuine["signature"], "this is no collision");
    assert_eq!(judged(&parted).await.unwrap(), asked_for);
}

#[tokio::test]
async fn a_separator_where_it_matters_is_refused() {
    for (name, value) in [
        ("order_id", "a|b"),
        ("order_status", "approved|13.07.2026"),
        ("amount", "25000|1"),
        ("currency", "UAH|5"),
        ("merchant_id", "1234567|x"),
        ("reversal_amount", "0|0"),
    ] {
        let fields = signed(told(PaymentId::new(), &json!({ name: value })));
        let reason = refused("application/json", fields.to_string()).await;
        assert_eq!(reason, "a field it relies on holds the separator of its signature", "{name}");
    }
}

#[tokio::test]
async fn a_new_field_costs_a_question_and_not_a_payment() {
    let id = PaymentId::new();
    let fields = signed(told(id, &json!({ "fee_of_tomorrow": 5 })));
    let asked_for = WebhookContent::Changed(PaymentRef::new(Some(id), Some(id.to_string())));
    assert_eq!(judged(&fields).await.unwrap(), asked_for);
}

#[tokio::test]
async fn a_field_that_is_there_twice_is_refused() {
    let fields = signed(told(PaymentId::new(), &json!({})));
    let json = fields.to_string();
    for extra in [
        format!("\"signature\":{}", fields["signature"]),
        "\"order_status\":\"declined\"".to_owned(),
        "\"order_status\":\"\"".to_owned(),
        "\"fee\":null".to_owned(),
    ] {
        let twice = format!("{{{extra},{}", &json[1..]);
        let reason = refused("application/json", twice.clone()).await;
        assert_eq!(reason, "its json is not one object that names each field once", "{extra}");
        refused("application/json", format!("{{\"response\":{twice}}}")).await;
    }
    let form = String::from_utf8(form_webhook(&fields).body.to_vec()).unwrap();
    for extra in ["signature=0", "order_status=declined", "order%5fstatus=approved"] {
        let reason = refused("application/x-www-form-urlencoded", format!("{form}&{extra}")).await;
        assert_eq!(reason, "its form names a field twice", "{extra}");
    }
}

#[tokio::test]
async fn values_that_are_written_in_many_ways_are_refused() {
    let fields = signed(told(PaymentId::new(), &json!({})));
    for value in ["25000.0", "2.5e4", "true", "{}", "[]", "[\"25000\"]", "{\"a\":1}"] {
        let json = fields.to_string().replace("\"25000\"", value);
        let reason = refused("application/json", json).await;
        assert_eq!(reason, "it has a value that can't be signed", "{value}");
    }
}

#[tokio::test]
async fn garbage_is_refused_with_a_reason() {
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    assert_eq!(refused(json, "").await, "it is not json");
    assert_eq!(refused(form, "").await, "it has no signature");
    assert_eq!(refused(json, b"{\"order_id\":\"\xff\"}".to_vec()).await, "it is not json");
    assert_eq!(refused(form, "order_id=%ff").await, "its form is not utf-8");
    assert_eq!(refused(json, "[]").await, "its json is not one object that names each field once");
    assert_eq!(refused(json, "null").await, "its json is not one object that names each field once");
    assert_eq!(refused(json, r#"{"response":{}}"#).await, "it has no signature");
    refused(json, "{\"a\":".repeat(100_000)).await;
    refused(json, "[".repeat(100_000)).await;
    refused(form, "&=&==&a&".repeat(1_000)).await;
}

#[tokio::test]
async fn a_forger_cannot_choose_the_algorithm() {
    let vector = Vector::named("callback_partly_refunded");
    let gateway = |algorithm| {
        let builder = FondyGateway::builder("1396424", &vector.secret).with_test_merchant_allowed();
        builder.with_signature(algorithm).build().unwrap()
    };
    let mut with_md5 = vector.params.clone();
    with_md5["signature"] = "4c224799e7b845d4f88da4c188e70d46".into();
    for (algorithm, fields, expected) in [
        (FondySignature::Sha1, vector.signed(), true),
        (FondySignature::Sha1, with_md5.clone(), false),
        (FondySignature::Md5, vector.signed(), false),
        (FondySignature::Md5, with_md5, true),
    ] {
        let verdict = gateway(algorithm).parse_webhook(json_webhook(&fields)).await;
        assert_eq!(verdict.is_ok(), expected, "{algorithm}: {verdict:?}");
    }
}

#[tokio::test]
async fn a_key_that_everybody_knows_signs_nothing_for_us() {
    let vector = Vector::named("gateway_callback_approved");
    let error = listener().parse_webhook(json_webhook(&vector.signed())).await.unwrap_err();
    assert_eq!(kind(&error), "not authentic");
    assert!(builder("http://127.0.0.1:9").build().unwrap().is_live());
}
