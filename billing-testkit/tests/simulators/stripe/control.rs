//! The control API.

use serde_json::{Value, json};

use super::merchant::Merchant;
use super::shop::{Answer, Shop, id, send, simulator};

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
async fn a_payment_is_paid_with_another_amount_and_currency() {
    let shop = Shop::open().await;
    let payment = id(&shop.payment().await);
    let path = format!("payment_intents/{payment}/pay");
    assert_eq!(tell(&shop, &path, json!({ "amount_received": 0 })).await.status, 400);
    assert_eq!(tell(&shop, &path, json!({ "currency": "zzz" })).await.status, 400);
    assert_eq!(tell(&shop, &path, json!({ "colour": "red" })).await.status, 400);
    let paid = tell(&shop, &path, json!({ "amount_received": 2400, "currency": "eur" })).await.json();
    assert_eq!((&paid["amount_received"], &paid["currency"]), (&2400.into(), &"eur".into()));
    assert_eq!(look(&shop, "payment_intents").await, json!([paid]));
}

#[tokio::test]
async fn a_payment_is_processed_declined_and_paid() {
    let shop = Shop::open().await;
    let payment = id(&shop.payment().await);
    let act = |action: &str| {
        let (shop, path) = (&shop, format!("payment_intents/{payment}/{action}"));
        async move { send(shop.http.post(shop.url(&format!("/_control/{path}")))).await.json()["status"].clone() }
    };
    assert_eq!(act("process").await, "processing");
    assert_eq!(act("decline").await, "requires_payment_method");
    assert_eq!(act("pay").await, "succeeded");
    assert_eq!(act("explode").await, Value::Null);
}

#[tokio::test]
async fn a_payer_answers_the_bank() {
    let shop = Shop::open().await;
    let payment = id(&shop.payment().await);
    let path = format!("payment_intents/{payment}/authenticate");
    assert_eq!(tell(&shop, &path, json!({ "accept": true })).await.status, 400);
    for (accept, status) in [(false, "requires_payment_method"), (true, "succeeded")] {
        let form = "payment_method=pm_card_authenticationRequired&return_url=https://shop.example";
        shop.post(&format!("/v1/payment_intents/{payment}/confirm"), form).await;
        assert_eq!(tell(&shop, &path, json!({})).await.status, 400);
        assert_eq!(tell(&shop, &path, json!({ "accept": accept })).await.json()["status"], status);
    }
}

#[tokio::test]
async fn money_is_taken_back_and_returned() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    put(&shop, "refunds/start_pending", json!(true)).await;
    let refund =
        tell(&shop, &format!("payment_intents/{payment}/refund"), json!({ "amount": 500 })).await.json();
    assert_eq!((&refund["amount"], &refund["status"]), (&500.into(), &"pending".into()));
    for (action, status) in [("complete", "succeeded"), ("fail", "failed")] {
        let after = tell(&shop, &format!("refunds/{}/{action}", id(&refund)), Value::Null).await.json();
        assert_eq!(after["status"], status);
    }

    let terms = json!({ "amount": 1000, "inquiry": true });
    let dispute = id(&tell(&shop, &format!("payment_intents/{payment}/dispute"), terms).await.json());
    let mut after = Value::Null;
    for (action, body) in
        [("withdraw", json!({})), ("reinstate", json!({ "amount": 400 })), ("lose", json!({}))]
    {
        after = tell(&shop, &format!("disputes/{dispute}/{action}"), body).await.json();
    }
    assert_eq!(
        (&after["status"], after["balance_transactions"].as_array().map(Vec::len)),
        (&"lost".into(), Some(2))
    );
}

#[tokio::test]
async fn deliveries_are_planned_listed_released_and_repeated() {
    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator()).await;
    put(&shop, "webhook", json!(merchant.url)).await;
    let planned = put(&shop, "deliveries/plan", json!({ "hold": true })).await.json();
    assert_eq!(planned, look(&shop, "deliveries/plan").await);
    shop.paid().await;
    let held = look(&shop, "deliveries/held").await;
    assert_eq!(
        tell(&shop, "deliveries/release", json!({ "shuffled": 7 })).await.json().as_array().map(Vec::len),
        Some(3)
    );
    let deliveries = look(&shop, "deliveries").await;
    assert_eq!((deliveries.as_array().map(Vec::len), &deliveries[0]["status"]), (Some(3), &200.into()));

    let first = held[0].as_str().unwrap();
    let repeated = tell(&shop, &format!("events/{first}/redeliver"), Value::Null).await.json();
    assert_eq!(repeated.as_array().map(Vec::len), Some(2));
    assert_eq!(merchant.received().len(), 4);
    assert_eq!(look(&shop, "events").await.as_array().map(Vec::len), Some(3));
    assert_eq!(tell(&shop, "events/evt_none/redeliver", Value::Null).await.status, 404);
}

#[tokio::test]
async fn faults_are_ordered_and_cleared() {
    let shop = Shop::open().await;
    assert_eq!(tell(&shop, "faults", json!({ "fault": "explode" })).await.status, 400);
    let fault =
        json!({ "fault": { "status": 429 }, "stage": "after", "times": 2, "path": "/v1/payment_intents" });
    assert_eq!(tell(&shop, "faults", fault).await.status, 200);
    assert_eq!(shop.post("/v1/payment_intents", "amount=100&currency=usd").await.status, 429);
    assert_eq!(look(&shop, "faults").await[0]["times"], 1);
    send(shop.http.delete(shop.url("/_control/faults"))).await;
    assert_eq!(shop.post("/v1/payment_intents", "amount=100&currency=usd").await.status, 200);
    assert_eq!(shop.stripe.payment_intents().len(), 2);
}
