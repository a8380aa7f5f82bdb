//! Payments over the API: creation, confirmation, cancellation, refusals.

use serde_json::Value;

use super::shop::{Answer, SECRET_KEY, Shop, WEBHOOK_SECRET, id, send, simulator};

#[tokio::test]
async fn a_payment_is_created_and_read_back() {
    let shop = Shop::open().await;
    let form = "amount=2500&automatic_payment_methods[enabled]=true&currency=uah&\
                metadata[account]=a1+%26+b|%D1%97&metadata%5Bpayment%5D=p1&description=Top-up";
    let created = shop.post("/v1/payment_intents", form).await;
    assert_eq!(created.status, 200);
    let created = created.json();
    assert_eq!(created["status"], "requires_payment_method");
    assert_eq!((created["amount"].as_i64(), created["amount_received"].as_i64()), (Some(2500), Some(0)));
    assert_eq!(created["metadata"]["account"], "a1 & b|ї");
    assert_eq!(created["metadata"]["payment"], "p1");

    let id = id(&created);
    assert!(id.starts_with("pi_") && id.len() == 27, "{id}");
    assert!(created["client_secret"].as_str().unwrap().starts_with(&format!("{id}_secret_")));
    assert_eq!(shop.get(&format!("/v1/payment_intents/{id}?")).await.json(), created);
}

#[tokio::test]
async fn parameters_out_of_bounds_are_refused() {
    let shop = Shop::open().await;
    let many = (0..51).map(|key| format!("&metadata[k{key}]=v")).collect::<Vec<_>>().concat();
    let long_key = format!("&metadata[{}]=v", "k".repeat(41));
    let long_value = format!("&metadata[k]={}", "v".repeat(501));
    for (form, code) in [
        ("currency=usd", "parameter_missing"),
        ("amount=100", "parameter_missing"),
        ("amount=49&currency=usd", "amount_too_small"),
        ("amount=2099&currency=uah", "amount_too_small"),
        ("amount=100000000&currency=usd", "amount_too_large"),
        ("amount=10.5&currency=usd", "parameter_invalid_integer"),
        ("amount=-100&currency=usd", "parameter_invalid_integer"),
        ("amount=100&currency=zzz", ""),
        ("amount=100&currency=USD", ""),
        ("amount=100&currency=usd&colour=red", "parameter_unknown"),
        ("amount=100&currency=usd&description=", "parameter_invalid_empty"),
        ("amount=100&currency=usd&metadata[a[b=c", ""),
        ("amount=100&currency=usd&expand[]=customer", ""),
        (&format!("amount=100&currency=usd{many}"), ""),
        (&format!("amount=100&currency=usd{long_key}"), ""),
        (&format!("amount=100&currency=usd{long_value}"), ""),
    ] {
        let refused = shop.post("/v1/payment_intents", form).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{form}");
        assert_eq!(refused.json()["error"]["type"], "invalid_request_error", "{form}");
    }
    assert!(shop.stripe.payment_intents().is_empty());
}

#[tokio::test]
async fn fifty_metadata_keys_and_the_limits_themselves_are_taken() {
    let shop = Shop::open().await;
    let many = (0..50).map(|key| format!("&metadata[k{key}]=v")).collect::<Vec<_>>().concat();
    for form in
        [&format!("amount=50&currency=usd{many}"), "amount=99999999&currency=usd", "amount=50&currency=jpy"]
    {
        assert_eq!(shop.post("/v1/payment_intents", form).await.status, 200, "{form}");
    }
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused() {
    let shop = Shop::open().await;
    let form = format!("amount=100&currency=usd&description={}", "x".repeat(64 * 1024));
    assert_eq!(shop.post("/v1/payment_intents", &form).await.status, 413);
}

#[tokio::test]
async fn a_wrong_or_missing_key_is_unauthorized() {
    let shop = Shop::open().await;
    let url = shop.url("/v1/events");
    let http = &shop.http;
    for request in [
        http.get(&url),
        http.get(&url).bearer_auth("sk_test_other"),
        http.get(&url).basic_auth("sk_test_other", Some("")),
        http.get(&url).bearer_auth("pk_test_any"),
    ] {
        let refused = send(request).await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.json()["error"]["type"], "invalid_request_error");
        assert!(refused.header("request-id").unwrap().starts_with("req_"));
    }
    assert_eq!(send(http.get(&url).basic_auth("sk_test_simulator", Some(""))).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let shop = Shop::open().await;
    for path in ["payment_intents", "refunds", "charges", "disputes", "events"] {
        let missing = shop.get(&format!("/v1/{path}/none")).await;
        assert_eq!((missing.status, missing.code().as_str()), (404, "resource_missing"), "{path}");
        assert!(missing.header("request-id").is_some());
    }
    for unknown in [shop.get("/v1/coupons").await, shop.get("/v1/payment_intents").await] {
        assert_eq!(unknown.status, 404);
        assert_eq!(unknown.json()["error"]["type"], "invalid_request_error");
    }
}

async fn confirm(shop: &Shop, id: &str, payment_method: &str) -> Answer {
    shop.post(&format!("/v1/payment_intents/{id}/confirm"), &format!("payment_method={payment_method}")).await
}

#[tokio::test]
async fn a_good_card_pays() {
    let shop = Shop::open().await;
    let id = id(&shop.payment().await);
    let paid = confirm(&shop, &id, "pm_card_visa").await.json();
    assert_eq!((paid["status"].as_str(), paid["amount_received"].as_i64()), (Some("succeeded"), Some(2500)));

    let read = shop.get(&format!("/v1/payment_intents/{id}?expand[]=latest_charge.refunds")).await.json();
    let charge = &read["latest_charge"];
    assert_eq!((charge["paid"].as_bool(), charge["amount"].as_i64()), (Some(true), Some(2500)));
    assert_eq!(charge["metadata"]["payment"], "ours");
    assert_eq!(charge["refunds"]["data"].as_array().map(Vec::len), Some(0));
    let charge_id = super::shop::id(charge);
    assert_eq!(shop.get(&format!("/v1/charges/{charge_id}")).await.json()["payment_intent"], id.as_str());
    assert_eq!(
        shop.event_types(),
        ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    );

    let again = confirm(&shop, &id, "pm_card_visa").await;
    assert_eq!((again.status, again.code().as_str()), (400, "payment_intent_unexpected_state"));
}

#[tokio::test]
async fn a_declined_card_leaves_the_payment_open() {
    let shop = Shop::open().await;
    let id = id(&shop.payment().await);
    let declined = confirm(&shop, &id, "pm_card_chargeDeclined").await;
    assert_eq!((declined.status, declined.code().as_str()), (402, "card_declined"));
    assert_eq!(declined.json()["error"]["type"], "card_error");
    assert_eq!(declined.json()["error"]["payment_intent"]["id"], id.as_str());

    let read = shop.get(&format!("/v1/payment_intents/{id}")).await.json();
    assert_eq!(read["status"], "requires_payment_method");
    assert_eq!(read["last_payment_error"]["decline_code"], "generic_decline");
    assert!(shop.event_types().contains(&"payment_intent.payment_failed".to_owned()));
    assert_eq!(confirm(&shop, &id, "pm_card_visa").await.json()["status"], "succeeded");
}

#[tokio::test]
async fn a_refused_card_tells_what_is_wrong_with_it() {
    let shop = Shop::open().await;
    let id = id(&shop.payment().await);
    for (payment_method, code, decline_code) in [
        ("pm_card_visa_chargeDeclined", "card_declined", Some("generic_decline")),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", Some("insufficient_funds")),
        ("pm_card_visa_chargeDeclinedExpiredCard", "expired_card", Some("expired_card")),
        ("pm_card_visa_chargeDeclinedIncorrectCvc", "incorrect_cvc", Some("incorrect_cvc")),
        ("pm_card_visa_chargeDeclinedProcessingError", "processing_error", None),
    ] {
        let refused = confirm(&shop, &id, payment_method).await;
        assert_eq!((refused.status, refused.code().as_str()), (402, code));
        let error = &refused.json()["error"];
        assert_eq!(error.get("decline_code").and_then(Value::as_str), decline_code, "{payment_method}");

        let read = shop.get(&format!("/v1/payment_intents/{id}?expand[]=latest_charge")).await.json();
        let (failed, charge) = (&read["last_payment_error"], &read["latest_charge"]);
        assert_eq!((&failed["code"], &failed["message"]), (&error["code"], &error["message"]));
        assert_eq!(
            (&charge["failure_code"], &charge["failure_message"]),
            (&error["code"], &error["message"])
        );
    }
}

#[tokio::test]
async fn a_browser_confirms_with_the_client_secret_only() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let url = shop.url(&format!("/v1/payment_intents/{}/confirm", id(&payment)));
    let attempt = |secret: &str| {
        let form = [("payment_method", "pm_card_visa"), ("client_secret", secret)];
        send(shop.http.post(&url).bearer_auth("pk_test_simulator").form(&form))
    };
    assert_eq!(attempt("guessed").await.status, 404);
    assert_eq!(attempt(payment["client_secret"].as_str().unwrap()).await.json()["status"], "succeeded");
}

#[tokio::test]
async fn only_an_open_payment_can_be_canceled() {
    let shop = Shop::open().await;
    let cancel = |id: String| {
        let shop = &shop;
        async move {
            let form = "cancellation_reason=abandoned";
            shop.post(&format!("/v1/payment_intents/{id}/cancel"), form).await
        }
    };
    let open = id(&shop.payment().await);
    let canceled = cancel(open.clone()).await.json();
    assert_eq!(
        (&canceled["status"], &canceled["cancellation_reason"]),
        (&"canceled".into(), &"abandoned".into())
    );
    assert!(canceled["canceled_at"].is_i64());
    assert!(shop.event_types().contains(&"payment_intent.canceled".to_owned()));

    let processing = id(&shop.payment().await);
    shop.stripe.process(&processing).await.unwrap();
    for closed in [open, shop.paid().await, processing] {
        let refused = cancel(closed).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "payment_intent_unexpected_state"));
    }
}

#[tokio::test]
async fn no_secret_shows_in_debug_output() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let refused = shop.stripe.refund(&id(&payment), None).await;
    let shown = format!("{:?} {:?} {refused:?}", simulator(), shop.stripe);
    for secret in [SECRET_KEY, WEBHOOK_SECRET, payment["client_secret"].as_str().unwrap()] {
        assert!(!shown.contains(secret));
    }
}
