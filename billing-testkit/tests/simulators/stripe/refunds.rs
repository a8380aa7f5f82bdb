//! Refunds.

use super::shop::{Shop, id};

#[tokio::test]
async fn a_payment_is_refunded_in_parts_and_never_beyond() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    let form =
        format!("payment_intent={payment}&amount=1000&metadata[refund]=r1&reason=requested_by_customer");
    let first = shop.post("/v1/refunds", &form).await.json();
    assert_eq!((first["amount"].as_i64(), first["status"].as_str()), (Some(1000), Some("succeeded")));
    assert_eq!(
        (&first["metadata"]["refund"], &first["reason"]),
        (&"r1".into(), &"requested_by_customer".into())
    );

    let beyond = shop.post("/v1/refunds", &format!("payment_intent={payment}&amount=1501")).await;
    assert_eq!((beyond.status, beyond.json()["error"]["param"].as_str()), (400, Some("amount")));

    let charge = first["charge"].as_str().unwrap().to_owned();
    let rest = shop.post("/v1/refunds", &format!("charge={charge}")).await.json();
    assert_eq!(rest["amount"], 1500);
    let read = shop.get(&format!("/v1/charges/{charge}")).await.json();
    assert_eq!((read["amount_refunded"].as_i64(), read["refunded"].as_bool()), (Some(2500), Some(true)));

    let third = shop.post("/v1/refunds", &format!("payment_intent={payment}")).await;
    assert_eq!((third.status, third.code().as_str()), (400, "charge_already_refunded"));
    assert_eq!(shop.get(&format!("/v1/refunds/{}", id(&rest))).await.json(), rest);
}

#[tokio::test]
async fn a_refund_needs_a_paid_payment() {
    let shop = Shop::open().await;
    let open = id(&shop.payment().await);
    let paid = shop.paid().await;
    for (form, code) in [
        (format!("payment_intent={open}"), "payment_intent_unexpected_state"),
        (format!("payment_intent={paid}&amount=0"), "parameter_invalid_integer"),
        (format!("payment_intent={paid}&reason=whim"), ""),
        ("amount=5".to_owned(), "parameter_missing"),
    ] {
        let refused = shop.post("/v1/refunds", &form).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{form}");
    }
}

#[tokio::test]
async fn refunds_are_listed_newest_first_a_page_at_a_time() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    shop.stripe.refund(&shop.paid().await, None).await.unwrap();
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, id(&shop.stripe.refund(&payment, Some(100)).await.unwrap()));
    }
    let path = format!("/v1/refunds?payment_intent={payment}&limit=2");
    let page = shop.get(&path).await.json();
    let ids = |page: &serde_json::Value| page["data"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();
    assert_eq!((ids(&page), page["has_more"].as_bool()), (made[..2].to_vec(), Some(true)));

    let last = shop.get(&format!("{path}&starting_after={}", made[1])).await.json();
    assert_eq!((ids(&last), last["has_more"].as_bool()), (made[2..].to_vec(), Some(false)));
    for wrong in ["limit=0", "limit=101", "starting_after=re_none"] {
        assert_eq!(shop.get(&format!("/v1/refunds?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_refund_that_fails_later_frees_the_money_again() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    let refund = shop.stripe.refund(&payment, None).await.unwrap();
    let failed = shop.stripe.fail_refund(&id(&refund)).await.unwrap();
    assert_eq!(failed["status"], "failed");
    let read = shop.get(&format!("/v1/payment_intents/{payment}?expand[]=latest_charge")).await.json();
    assert_eq!(read["latest_charge"]["amount_refunded"], 0);
    assert!(shop.event_types().ends_with(&["refund.updated".to_owned(), "refund.failed".to_owned()]));
    assert!(shop.stripe.fail_refund(&id(&refund)).await.is_err());
    assert_eq!(shop.stripe.refund(&payment, None).await.unwrap()["amount"], 2500);
}

#[tokio::test]
async fn a_refund_may_be_pending_at_first() {
    let shop = Shop::open().await;
    shop.stripe.set_refunds_start_pending(true).unwrap();
    let payment = shop.paid().await;
    let refund = shop.post("/v1/refunds", &format!("payment_intent={payment}")).await.json();
    assert_eq!(refund["status"], "pending");
    assert_eq!(shop.stripe.complete_refund(&id(&refund)).await.unwrap()["status"], "succeeded");
    assert!(shop.stripe.complete_refund(&id(&refund)).await.is_err());
}
