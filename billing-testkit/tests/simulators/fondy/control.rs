//! The control API.

use billing_testkit::simulators::fondy::{Quirks, ReversalOutcome};
use serde_json::{Value, json};

use super::merchant::Merchant;
use super::shop::{Answer, Shop, code, order, send};

async fn tell(shop: &Shop, path: &str, body: Value) -> Answer {
    send(shop.http.post(shop.url(&format!("/_control/{path}"))).json(&body)).await
}

async fn put(shop: &Shop, path: &str, body: Value) -> Answer {
    send(shop.http.put(shop.url(&format!("/_control/{path}"))).json(&body)).await
}

async fn look(shop: &Shop, path: &str) -> Value {
    send(shop.http.get(shop.url(&format!("/_control/{path}")))).await.json()
}

#[tokio::test]
async fn an_order_is_paid_with_another_amount_and_currency() {
    let shop = Shop::open().await;
    shop.order("a/b").await;
    assert_eq!(tell(&shop, "orders/a%2Fb/pay", json!({ "amount": -1 })).await.status, 400);
    assert_eq!(tell(&shop, "orders/a%2Fb/pay", json!({ "colour": "red" })).await.status, 400);
    let terms =
        json!({ "amount": 24000, "currency": "EUR", "actual_amount": 24100, "actual_currency": "EUR" });
    let paid = tell(&shop, "orders/a%2Fb/pay", terms).await.json();
    assert_eq!((&paid["amount"], &paid["currency"]), (&json!("24000"), &json!("EUR")));
    assert_eq!(look(&shop, "orders").await, json!([paid]));
    assert_eq!(look(&shop, "orders/a%2Fb").await, paid);
    assert_eq!(tell(&shop, "orders/a%2Fb/pay", json!({})).await.status, 409);
    assert_eq!(tell(&shop, "orders/none/pay", json!({})).await.json()["response"]["error_code"], 1018);
}

#[tokio::test]
async fn an_order_is_processed_declined_expired_and_reversed() {
    let shop = Shop::open().await;
    for (order_id, steps) in [
        ("a", vec![("process", "processing"), ("decline", "declined")]),
        ("b", vec![("expire", "expired"), ("pay", "approved"), ("reverse", "reversed")]),
    ] {
        shop.order(order_id).await;
        for (action, status) in steps {
            let url = shop.url(&format!("/_control/orders/{order_id}/{action}"));
            assert_eq!(send(shop.http.post(url)).await.json()["order_status"], status, "{order_id}");
        }
    }
    assert_eq!(tell(&shop, "orders/a/explode", json!({})).await.status, 404);
}

#[tokio::test]
async fn quirks_are_told_and_reversals_settled() {
    let shop = Shop::open().await;
    shop.paid("a").await;
    let quirks = json!({ "reversals": "created", "error_codes_as_text": true });
    let told = put(&shop, "quirks", quirks).await.json();
    assert_eq!(told, look(&shop, "quirks").await);
    let expected = Quirks::new().with_reversals(ReversalOutcome::Created).with_error_codes_as_text();
    assert_eq!(shop.fondy.quirks(), expected);
    for (action, total) in [("decline", "0"), ("complete", "500")] {
        let reversal = shop.reverse("a", 500, json!({})).await["transaction_id"].clone();
        let order = tell(&shop, &format!("reversals/{reversal}/{action}"), json!({})).await.json();
        assert_eq!(order["reversal_amount"], total);
    }
    assert_eq!(put(&shop, "quirks", json!({ "reversals": { "refused": 1084 } })).await.status, 200);
    assert_eq!(code(&shop.reverse("a", 1, json!({})).await), 1084);
    assert_eq!(put(&shop, "quirks", json!({ "colour": "red" })).await.status, 400);
}

#[tokio::test]
async fn deliveries_are_planned_listed_released_and_repeated() {
    let merchant = Merchant::open().await;
    let shop = Shop::open().await;
    put(&shop, "webhook", json!(merchant.url)).await;
    let planned = put(&shop, "deliveries/plan", json!({ "hold": true })).await.json();
    assert_eq!(planned, look(&shop, "deliveries/plan").await);
    shop.paid("a").await;
    shop.fondy.reverse("a", Some(1)).await.unwrap();
    let held = look(&shop, "deliveries/held").await;
    assert_eq!(tell(&shop, "deliveries/release", json!("reversed")).await.json(), json!([held[1], held[0]]));
    let deliveries = look(&shop, "deliveries").await;
    assert_eq!((&deliveries[0]["object"], &deliveries[0]["status"]), (&json!("a"), &json!(200)));

    let first = held[0].as_str().unwrap();
    let repeated = tell(&shop, &format!("callbacks/{first}/redeliver"), Value::Null).await.json();
    assert_eq!(repeated.as_array().map(Vec::len), Some(2));
    assert_eq!(merchant.received().len(), 3);
    assert_eq!(look(&shop, "callbacks").await.as_array().map(Vec::len), Some(2));
    assert_eq!(tell(&shop, "callbacks/cb_none/redeliver", Value::Null).await.status, 404);

    let chaos = json!({ "chaos": { "seed": 7, "drop_percent": 100 } });
    assert_eq!(put(&shop, "deliveries/plan", chaos).await.status, 200);
    shop.paid("b").await;
    assert_eq!(merchant.received().len(), 3);
}

#[tokio::test]
async fn faults_are_ordered_and_cleared() {
    let shop = Shop::open().await;
    assert_eq!(tell(&shop, "faults", json!({ "fault": "explode" })).await.status, 400);
    let fault =
        json!({ "fault": { "api_error": "1002" }, "stage": "after", "times": 2, "path": "/api/checkout" });
    assert_eq!(tell(&shop, "faults", fault).await.status, 200);
    assert_eq!(code(&shop.call("checkout/url", order("a", json!({}))).await), 1002);
    assert_eq!(look(&shop, "faults").await[0]["times"], 1);
    send(shop.http.delete(shop.url("/_control/faults"))).await;
    assert_eq!(code(&shop.call("checkout/url", order("b", json!({}))).await), 0);
    assert_eq!(shop.fondy.orders().len(), 2);
}
