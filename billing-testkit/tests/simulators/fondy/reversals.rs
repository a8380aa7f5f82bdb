//! Money that goes back.

use billing_testkit::simulators::fondy::{Quirks, ReversalOutcome};
use serde_json::{Value, json};

use super::merchant::Merchant;
use super::shop::{MERCHANT_ID, Shop, code, simulator};

/// Status and running total of an order.
async fn stands(shop: &Shop, order_id: &str) -> (String, String) {
    let status = shop.status(order_id).await;
    let text = |name: &str| status[name].as_str().unwrap().to_owned();
    (text("order_status"), text("reversal_amount"))
}

fn pair(status: &str, total: &str) -> (String, String) {
    (status.to_owned(), total.to_owned())
}

#[tokio::test]
async fn an_order_goes_back_in_parts_and_never_beyond() {
    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator().with_callback_url(&merchant.url)).await;
    shop.paid("a").await;
    let answer = shop.reverse("a", 5000, json!({ "comment": "клієнт попросив" })).await;
    assert!(shop.is_signed(&answer));
    assert_eq!((&answer["reverse_status"], &answer["reversal_amount"]), (&json!("approved"), &json!("5000")));
    assert_eq!((&answer["order_id"], &answer["merchant_id"]), (&json!("a"), &json!(MERCHANT_ID)));
    assert!(answer["transaction_id"].is_i64());
    assert_eq!(stands(&shop, "a").await, pair("approved", "5000"));

    assert_eq!(code(&shop.reverse("a", 20001, json!({})).await), 1007);
    assert_eq!(shop.reverse("a", 20000, json!({})).await["reversal_amount"], "25000");
    assert_eq!(stands(&shop, "a").await, pair("reversed", "25000"));
    assert_eq!(code(&shop.reverse("a", 1, json!({})).await), 1086);

    let callbacks = merchant.wait_for(3).await;
    let last = callbacks.last().unwrap().fields();
    assert_eq!((&last["tran_type"], &last["reversal_amount"]), (&json!("reverse"), &json!("25000")));
}

#[tokio::test]
async fn a_reversal_needs_a_paid_order_and_its_currency() {
    let shop = Shop::open().await;
    shop.order("a").await;
    assert_eq!(code(&shop.reverse("a", 100, json!({})).await), 1007);
    shop.paid("b").await;
    assert_eq!(code(&shop.reverse("b", 100, json!({ "currency": "USD" })).await), 1007);
    assert_eq!(code(&shop.reverse("b", 0, json!({})).await), 1007);
    assert_eq!(code(&shop.reverse("b", 100, json!({ "comment": "x".repeat(1025) })).await), 1007);
    assert_eq!(stands(&shop, "b").await, pair("approved", "0"));
}

#[tokio::test]
async fn a_partly_reversed_order_is_approved_or_reversed() {
    let shop = Shop::open().await;
    shop.paid("a").await;
    shop.reverse("a", 1, json!({})).await;
    assert_eq!(stands(&shop, "a").await, pair("approved", "1"));
    shop.fondy.set_quirks(Quirks::new().with_partly_reversed_as_reversed()).unwrap();
    assert_eq!(stands(&shop, "a").await, pair("reversed", "1"));
}

#[tokio::test]
async fn a_repeat_with_the_same_reverse_id_reverses_once() {
    let shop = Shop::open().await;
    shop.paid("a").await;
    let id = json!({ "reverse_id": "rev-1" });
    let first = shop.reverse("a", 5000, id.clone()).await;
    assert_eq!(shop.reverse("a", 5000, id.clone()).await, first);
    assert_eq!(code(&shop.reverse("a", 6000, id.clone()).await), 1007);
    assert_eq!(stands(&shop, "a").await, pair("approved", "5000"));

    shop.fondy.set_quirks(Quirks::new().with_reverse_id_ignored()).unwrap();
    shop.reverse("a", 5000, id).await;
    assert_eq!(stands(&shop, "a").await, pair("approved", "10000"));
}

#[tokio::test]
async fn a_reversal_may_be_created_first_and_settled_later() {
    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator().with_callback_url(&merchant.url)).await;
    shop.paid("a").await;
    shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).unwrap();
    let first = shop.reverse("a", 20000, json!({})).await;
    assert_eq!((&first["reverse_status"], &first["reversal_amount"]), (&json!("created"), &json!("0")));
    assert_eq!(code(&shop.reverse("a", 5001, json!({})).await), 1007);
    let second = shop.reverse("a", 5000, json!({})).await;
    assert_eq!(merchant.received().len(), 1);

    let transaction = |answer: &Value| answer["transaction_id"].as_i64().unwrap();
    shop.fondy.decline_reversal(transaction(&first)).await.unwrap();
    let order = shop.fondy.complete_reversal(transaction(&second)).await.unwrap();
    let statuses: Vec<_> =
        order["reversals"].as_array().unwrap().iter().map(|one| &one["reverse_status"]).collect();
    assert_eq!(statuses, ["declined", "approved"]);
    assert_eq!(stands(&shop, "a").await, pair("approved", "5000"));
    assert_eq!(merchant.received().len(), 2);
    assert_eq!(shop.fondy.complete_reversal(transaction(&first)).await.unwrap_err().status(), 404);
}

#[tokio::test]
async fn a_reversal_is_refused_in_either_form() {
    let shop = Shop::open().await;
    shop.paid("a").await;
    shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Declined)).unwrap();
    let declined = shop.reverse("a", 5000, json!({})).await;
    assert_eq!(
        (&declined["response_status"], &declined["reverse_status"]),
        (&json!("success"), &json!("declined"))
    );
    for refusal in [1069, 1084, 1086] {
        shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Refused(refusal))).unwrap();
        assert_eq!(code(&shop.reverse("a", 5000, json!({})).await), i64::from(refusal));
    }
    assert_eq!(stands(&shop, "a").await, pair("approved", "0"));
}

#[tokio::test]
async fn staff_reverses_whatever_becomes_of_calls() {
    let shop = Shop::open().await;
    shop.paid("a").await;
    shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Refused(1069))).unwrap();
    shop.fondy.reverse("a", Some(1)).await.unwrap();
    assert_eq!(shop.fondy.reverse("a", Some(25000)).await.unwrap_err().code(), 1007);
    assert_eq!(shop.fondy.reverse("a", None).await.unwrap()["reversal_amount"], "25000");
    assert_eq!(shop.fondy.reverse("a", None).await.unwrap_err().code(), 1086);
}
