//! Orders over the API: creation, status, refusals.

use billing_testkit::simulators::fondy::{Quirks, SignatureAlgorithm};
use serde_json::{Value, json};

use super::shop::{MERCHANT_ID, NOON, SECRET_KEY, Shop, code, order, send, simulator, with};

#[tokio::test]
async fn an_order_is_created_and_read_back() {
    let shop = Shop::with(simulator().with_clock(|| NOON)).await;
    let more =
        json!({ "merchant_data": "{\"account\":\"a1\"}", "sender_email": "user@example.com", "lang": "uk" });
    let created = shop.call("checkout/url", order("topup-1", more)).await;
    assert_eq!(created["response_status"], "success");
    assert_eq!(created.get("signature"), None);
    assert!(created["checkout_url"].as_str().unwrap().starts_with(&shop.url("/checkout/")));

    let status = shop.status("topup-1").await;
    assert!(shop.is_signed(&status));
    assert_eq!(created["payment_id"], status["payment_id"].to_string());
    let expected = json!({
        "order_status": "created", "response_status": "success", "amount": "25000", "currency": "UAH",
        "merchant_data": "{\"account\":\"a1\"}", "sender_email": "user@example.com", "reversal_amount": "0",
        "order_time": "25.11.2026 12:00:00", "tran_type": "purchase", "card_bin": "", "merchant_id": MERCHANT_ID,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&status[name], value, "{name}");
    }
}

#[tokio::test]
async fn an_answer_has_every_field_of_the_real_gateway() {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/signatures.json")).unwrap();
    let mut vectors = fixture["vectors"].as_array().unwrap().iter();
    let real = vectors.find(|vector| vector["name"] == "gateway_callback_approved").unwrap();
    let shop = Shop::with(simulator().with_test_mode(true)).await;
    shop.paid("topup-1").await;
    let mut answered = shop.status("topup-1").await;
    answered.as_object_mut().unwrap().remove("signature");
    let kinds = |fields: &Value| {
        let fields = fields.as_object().unwrap().iter();
        fields.map(|(name, value)| (name.clone(), value.is_number())).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&answered), kinds(&real["params"]));
}

#[tokio::test]
async fn numbers_may_be_text_and_paths_may_end_with_a_slash() {
    let shop = Shop::open().await;
    let more = json!({ "amount": "25000", "merchant_id": MERCHANT_ID.to_string(), "lifetime": "600" });
    assert_eq!(code(&shop.call("checkout/url/", order("a", more)).await), 0);
    assert_eq!(shop.status("a").await["amount"], "25000");
}

#[tokio::test]
async fn an_order_id_is_used_once_and_never_again() {
    let shop = Shop::open().await;
    shop.order("a").await;
    shop.fondy.expire("a").await.unwrap();
    let again = shop.call("checkout/url", order("a", json!({}))).await;
    assert_eq!(code(&again), 1013);
    assert!(again["error_message"].as_str().unwrap().contains("Duplicate order"));
    assert!(again["request_id"].is_string());
    assert_eq!(shop.fondy.orders().len(), 1);
}

#[tokio::test]
async fn fields_out_of_bounds_are_refused() {
    let shop = Shop::open().await;
    for (more, expected) in [
        (json!({ "amount": null }), 1011),
        (json!({ "amount": "" }), 1009),
        (json!({ "amount": 0 }), 1007),
        (json!({ "amount": -5 }), 1007),
        (json!({ "amount": "12.5" }), 1007),
        (json!({ "amount": 1_000_000_000_000_i64 }), 1007),
        (json!({ "currency": "JPY" }), 1012),
        (json!({ "currency": "uah" }), 1012),
        (json!({ "currency": "UAHX" }), 1007),
        (json!({ "order_id": null }), 1011),
        (json!({ "order_id": "a|b" }), 1034),
        (json!({ "order_id": "x".repeat(1025) }), 1007),
        (json!({ "order_desc": null }), 1011),
        (json!({ "merchant_data": "a|b" }), 1034),
        (json!({ "merchant_data": "x".repeat(2049) }), 1007),
        (json!({ "server_callback_url": "shop" }), 1007),
        (json!({ "response_url": "javascript:alert(1)" }), 1007),
        (json!({ "lifetime": 0 }), 1007),
        (json!({ "lifetime": 69_120_001 }), 1007),
        (json!({ "delayed": "maybe" }), 1007),
        (json!({ "delayed": "y" }), 1007),
        (json!({ "preauth": "Y" }), 1007),
        (json!({ "version": "2.0" }), 1007),
    ] {
        let refused = shop.call("checkout/url", order("a", more.clone())).await;
        assert_eq!(code(&refused), expected, "{more}: {refused}");
    }
    assert!(shop.fondy.orders().is_empty());
}

#[tokio::test]
async fn a_call_that_is_not_the_merchants_is_refused() {
    let shop = Shop::open().await;
    let signed = Value::Object(shop.fondy.signed(super::shop::object(order("a", json!({})))));
    for (more, expected) in [
        (json!({ "signature": null }), 1011),
        (json!({ "signature": "0".repeat(40) }), 1014),
        (json!({ "signature": signed["signature"].as_str().unwrap().to_uppercase() }), 1014),
        (json!({ "amount": 1 }), 1014),
        (json!({ "merchant_id": 7 }), 1016),
        (json!({ "merchant_id": null }), 1011),
        (json!({ "order_desc": { "nested": 1 } }), 1014),
    ] {
        let call = shop.calling_unsigned("checkout/url", &with(signed.clone(), more.clone()));
        assert_eq!(code(&send(call).await.json()["response"]), expected, "{more}");
    }
    assert!(shop.fondy.orders().is_empty());
}

#[tokio::test]
async fn an_unknown_field_breaks_the_signature() {
    let shop = Shop::open().await;
    assert_eq!(code(&shop.call("checkout/url", order("a", json!({ "colour": "red" }))).await), 1014);
    let status = json!({ "order_id": "a", "merchant_id": MERCHANT_ID, "amount": 1 });
    assert_eq!(code(&shop.call("status/order_id", status).await), 1014);
    assert_eq!(code(&shop.call("checkout/url", order("a", json!({ "colour": "" }))).await), 0);
}

#[tokio::test]
async fn what_is_not_json_is_an_empty_request() {
    let shop = Shop::open().await;
    let url = shop.url("/api/checkout/url");
    for body in ["", "{", "{}", "[]", "order_id=a"] {
        let refused = send(shop.http.post(&url).body(body)).await;
        assert_eq!((refused.status, code(&refused.json()["response"])), (200, 1010), "{body}");
    }
    let huge = send(shop.http.post(&url).body(" ".repeat(100_000))).await;
    assert_eq!(code(&huge.json()["response"]), 1010);
    assert_eq!(send(shop.http.get(&url)).await.status, 405);
}

#[tokio::test]
async fn an_order_that_is_not_there_is_not_found() {
    let shop = Shop::open().await;
    let missing = shop.status("none").await;
    assert_eq!(code(&missing), 1018);
    assert_eq!(missing.get("signature"), None);
    assert_eq!(code(&shop.reverse("none", 100, json!({})).await), 1018);
}

#[tokio::test]
async fn error_codes_are_numbers_or_text() {
    let shop = Shop::open().await;
    assert_eq!(shop.status("none").await["error_code"], 1018);
    shop.fondy.set_quirks(Quirks::new().with_error_codes_as_text()).unwrap();
    assert_eq!(shop.status("none").await["error_code"], "1018");
}

#[tokio::test]
async fn md5_signs_and_is_signed_with_where_it_is_chosen() {
    let shop = Shop::with(simulator().with_signature(SignatureAlgorithm::Md5)).await;
    shop.order("a").await;
    let status = shop.status("a").await;
    assert_eq!(status["signature"].as_str().map(str::len), Some(32));
    assert!(shop.is_signed(&status));

    let other = Shop::open().await;
    let call = other.calling_unsigned(
        "status/order_id",
        &Value::Object(
            shop.fondy.signed(super::shop::object(json!({ "order_id": "a", "merchant_id": MERCHANT_ID }))),
        ),
    );
    assert_eq!(code(&send(call).await.json()["response"]), 1014);
}

#[tokio::test]
async fn protocol_1_0_has_no_additional_info() {
    let shop = Shop::open().await;
    for (order_id, version, has_it) in
        [("a", json!("1.0"), false), ("b", json!("1.0.1"), true), ("c", Value::Null, true)]
    {
        shop.order_with(order_id, json!({ "version": version })).await;
        assert_eq!(shop.status(order_id).await.get("additional_info").is_some(), has_it, "{order_id}");
    }
}

#[tokio::test]
async fn a_test_merchant_is_told_what_was_signed_but_not_the_secret() {
    let shop = Shop::with(simulator().with_test_mode(true)).await;
    let more = json!({ "merchant_data": format!("not {SECRET_KEY}") });
    shop.order_with("a", more).await;
    let status = shop.status("a").await;
    assert!(shop.is_signed(&status));
    let shown = status["response_signature_string"].as_str().unwrap();
    assert!(
        shown.starts_with("**********|{")
            && shown.contains("|25000|UAH|0|not **********|")
            && !shown.contains(SECRET_KEY),
        "{shown}"
    );
    let info: Value = serde_json::from_str(status["additional_info"].as_str().unwrap()).unwrap();
    assert_eq!(info["is_test"], true);

    let live = Shop::open().await;
    live.order("a").await;
    let status = live.status("a").await;
    assert!(status.get("response_signature_string").is_none() && !status.to_string().contains("is_test"));
}

#[tokio::test]
async fn no_secret_shows_in_debug_output() {
    let shop = Shop::open().await;
    shop.order("a").await;
    let shown = format!("{:?} {:?} {:?}", simulator(), shop.fondy, shop.fondy.order("none"));
    assert!(!shown.contains(SECRET_KEY) && !shown.contains("checkout/"), "{shown}");
}
