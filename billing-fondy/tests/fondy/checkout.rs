use std::time::Duration;

use billing_core::{
    Checkout, CheckoutKind, Currency, GatewayError, Money, PaymentGateway, PaymentId, WebhookReply,
};
use serde_json::{Value, json};

use crate::{
    canned::{Answer, Canned},
    setup::{MERCHANT, builder, kind, listener, new_order, reference, signature, uah},
};

#[tokio::test]
async fn it_says_what_it_can_do() {
    let gateway = listener();
    let capabilities = gateway.capabilities();
    assert_eq!(gateway.name(), "fondy");
    assert_eq!(capabilities.checkout, CheckoutKind::Hosted);
    assert_eq!((capabilities.min, capabilities.max), (uah(5_000), uah(10_000_000)));
    assert!(capabilities.refunds_partially && !capabilities.cancels && !capabilities.sees_disputes);
    assert_eq!(gateway.acknowledge(), WebhookReply::ok("text/plain", ""));
    let error = gateway.cancel(&reference(PaymentId::new())).await.unwrap_err();
    assert_eq!(kind(&error), "unsupported");
}

#[tokio::test]
async fn an_order_is_sent_in_known_fields_under_our_id() {
    let fondy = Canned::new([Answer::page()]).await;
    let order = new_order();
    fondy.gateway.create_payment(order.clone()).await.unwrap();

    let [mut call] = fondy.calls().try_into().map_err(|_| "one call").unwrap();
    assert_eq!(call.line, "POST /api/checkout/url");
    assert_eq!(call.headers["content-type"], "application/json");
    assert!(call.headers["user-agent"].to_str().unwrap().starts_with("Mozilla/5.0 (X11; Linux x86_64)"));
    let signed = call.request.as_object_mut().unwrap().remove("signature").unwrap();
    assert_eq!(signed, signature(crate::setup::SECRET, &call.request));
    let expected = json!({
        "version": "1.0.1",
        "merchant_id": MERCHANT,
        "order_id": order.id.to_string(),
        "order_desc": "Поповнення № 1 🎉",
        "amount": 25_000,
        "currency": "UAH",
        "lang": "uk",
        "delayed": "N",
    });
    assert_eq!(call.request, expected);
}

#[tokio::test]
async fn an_order_says_all_that_was_set() {
    let fondy = Canned::new([Answer::page()]).await;
    let usd = |minor| Money::from_minor(minor, Currency::USD).unwrap();
    let gateway = builder(&fondy.base)
        .with_callback_url("https://billing.example.com/webhooks/fondy")
        .with_lifetime(Duration::from_hours(1))
        .with_language("en")
        .with_user_agent("Opera/9.80")
        .with_limits(usd(100), usd(5_000));
    let mut order = new_order().with_return_url("https://app.example.com/return?a=1");
    order.amount = usd(1_250);
    gateway.build().unwrap().create_payment(order).await.unwrap();

    let call = fondy.calls().remove(0);
    assert_eq!(call.headers["user-agent"], "Opera/9.80");
    for (field, expected) in [
        ("server_callback_url", json!("https://billing.example.com/webhooks/fondy")),
        ("response_url", json!("https://app.example.com/return?a=1")),
        ("lifetime", json!(3_600)),
        ("lang", json!("en")),
        ("amount", json!(1_250)),
        ("currency", json!("USD")),
    ] {
        assert_eq!(call.request[field], expected, "{field}");
    }
}

#[tokio::test]
async fn the_payer_is_sent_to_the_page_that_fondy_names() {
    let fondy = Canned::new([Answer::page()]).await;
    let order = new_order();
    let Checkout::Redirect { external_id, url } = fondy.gateway.create_payment(order.clone()).await.unwrap()
    else {
        panic!("no page")
    };
    assert_eq!(external_id, order.id.to_string());
    assert_eq!(url, "https://pay.fondy.eu/merchants/default/index.html?token=t1");
}

#[tokio::test]
async fn a_page_on_this_machine_may_do_without_tls() {
    let page = json!({ "response_status": "success", "checkout_url": "http://127.0.0.1:8081/pay/1" });
    let fondy = Canned::new([Answer::Fields(page)]).await;
    let checkout = fondy.gateway.create_payment(new_order()).await.unwrap();
    assert!(matches!(checkout, Checkout::Redirect { url, .. } if url == "http://127.0.0.1:8081/pay/1"));
}

#[tokio::test]
async fn an_order_without_a_page_leaves_the_outcome_open() {
    for url in [Value::Null, json!(""), json!("javascript:alert(1)"), json!("/pay"), json!(7), json!(["x"])] {
        let answer = json!({ "response_status": "success", "checkout_url": url });
        let fondy = Canned::new([Answer::Fields(answer)]).await;
        let error = fondy.gateway.create_payment(new_order()).await.unwrap_err();
        assert_eq!((kind(&error), fondy.calls().len()), ("unavailable", 1), "{url}");
    }
}

#[tokio::test]
async fn an_order_that_was_opened_before_is_told_as_such() {
    for code in [json!(1013), json!("1013")] {
        let fondy = Canned::new([Answer::refused(code)]).await;
        let order = new_order();
        let error = fondy.gateway.create_payment(order.clone()).await.unwrap_err();
        let GatewayError::OrderExists { external_id } = error else { panic!("{error}") };
        assert_eq!(external_id, order.id.to_string());
    }
}

#[tokio::test]
async fn amounts_beyond_the_limits_or_below_a_kopiika_are_refused_unasked() {
    let fondy = Canned::new([Answer::page()]).await;
    let usd = Money::parse("60", Currency::USD).unwrap();
    let amounts = ["49.99", "100000.01", "60.005", "0", "-60"];
    let amounts = amounts.map(|amount| Money::parse(amount, Currency::UAH).unwrap());
    for amount in amounts.into_iter().chain([usd]) {
        let mut order = new_order();
        order.amount = amount;
        let error = fondy.gateway.create_payment(order).await.unwrap_err();
        assert!(
            matches!(&error, GatewayError::Declined { code, .. } if code == "amount_not_taken"),
            "{amount}: {error}"
        );
    }
    assert!(fondy.calls().is_empty());
}

#[tokio::test]
async fn a_text_that_would_read_as_two_is_refused_unasked() {
    let fondy = Canned::new([Answer::page()]).await;
    let mut described = new_order();
    described.description = "top|up".to_owned();
    for order in [described, new_order().with_return_url("https://example.com/?a=1|2")] {
        let error = fondy.gateway.create_payment(order).await.unwrap_err();
        assert!(matches!(&error, GatewayError::Declined { code, .. } if code == "not_signable"), "{error}");
    }
    assert!(fondy.calls().is_empty());
}

#[tokio::test]
async fn a_refusal_says_whose_move_it_is() {
    for (code, expected) in [
        (1002, "unavailable"),
        (1066, "unavailable"),
        (1089, "unavailable"),
        (1006, "unauthorized"),
        (1012, "unauthorized"),
        (1014, "unauthorized"),
        (1016, "unauthorized"),
        (1017, "unauthorized"),
        (1008, "declined"),
        (1034, "declined"),
    ] {
        let fondy = Canned::new([Answer::refused(code)]).await;
        let error = fondy.gateway.create_payment(new_order()).await.unwrap_err();
        assert_eq!((kind(&error), fondy.calls().len()), (expected, 1), "{code}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_is_heard_under_another_status_too() {
    let body = r#"{"response":{"response_status":"failure","error_code":"1014"}}"#;
    let fondy = Canned::new([Answer::Raw(400, &[], body.to_owned())]).await;
    let error = fondy.gateway.create_payment(new_order()).await.unwrap_err();
    assert_eq!(kind(&error), "unauthorized", "{error}");
}
