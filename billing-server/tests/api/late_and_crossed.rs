//! Words that come late, too early, or against each other: what was paid is credited, once.
use billing_testkit::simulators::{
    fondy::{
        ApiFault as FondyFault, DeliveryPlan as FondyPlan, Fault as FondyFaultKind, PayTerms as FondyTerms,
    },
    stripe::{ApiFault, DeliveryPlan, Fault, PayTerms},
};
use serde_json::{Value, json};

use crate::{
    fondy_shop::{FondyShop, call_back, create_order},
    provider::Shop,
    support::{Answer, Api, NewPayment, Server, eventually, sqlite_url},
};

/// A webhook that Stripe might have sent about a payment, had it stood so.
async fn tell(
    shop: &Shop,
    server: &Server,
    payment: &NewPayment,
    kind: &str,
    change: impl Fn(&mut Value),
) -> Answer {
    let mut intent = json!({
        "id": payment.intent, "object": "payment_intent", "status": kind, "amount": 1000, "amount_received": 0,
        "currency": "usd", "livemode": false, "metadata": { "payment_id": payment.id },
    });
    change(&mut intent);
    let event = json!({
        "id": format!("evt_{}", uuid::Uuid::now_v7().simple()), "object": "event",
        "type": format!("payment_intent.{kind}"), "livemode": false, "data": { "object": intent },
    });
    shop.deliver(server, &event.to_string()).await
}

async fn expect(user: &Api, balance: &str, lines: usize) {
    assert_eq!((user.balance("balance_usd").await.as_str(), user.history_len().await), (balance, lines));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_was_given_up_and_is_paid_all_the_same_is_credited() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(&sqlite_url(folder.path())).await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let show = |payment: &NewPayment| shop.launch.printed(&["payments", "show", &payment.id]);

    let payment = anna.create_payment("10").await;
    tell(&shop, &server, &payment, "canceled", |_| {}).await.expect(200);
    assert!(show(&payment).contains("status      canceled"));
    expect(&anna, "0.00", 0).await;
    shop.stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
    expect(&anna, "10.00", 1).await;
    for kind in ["canceled", "processing", "payment_failed"] {
        tell(&shop, &server, &payment, kind, |_| {}).await.expect(200);
    }
    assert!(show(&payment).contains("status      succeeded"));
    expect(&anna, "10.00", 1).await;

    // A card that was declined is not the last one.
    let payment = anna.create_payment("10").await;
    shop.stripe.decline(&payment.intent, "insufficient_funds").await.unwrap();
    assert!(show(&payment).contains("failure     insufficient_funds"));
    shop.stripe.process(&payment.intent).await.unwrap();
    assert!(show(&payment).contains("status      processing"));
    shop.stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
    expect(&anna, "20.00", 2).await;
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_over_and_is_paid_all_the_same_is_credited() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = create_order(&anna, "415").await;
    shop.fondy.expire(&order.id).await.unwrap();
    assert!(shop.show(&order).contains("status      expired"));
    shop.fondy.pay(&order.id, &FondyTerms::new()).await.unwrap();
    expect(&anna, "10.00", 1).await;
    // The word of its end comes once more, written otherwise.
    let expired = serde_json::to_string_pretty(&shop.callback(&order, "expired")).unwrap();
    server.anybody().post("/webhooks/fondy", expired).await.expect(200);
    assert!(shop.show(&order).contains("status      succeeded"));

    let order = create_order(&anna, "415").await;
    shop.fondy.set_delivery_plan(FondyPlan::new().with_all_dropped());
    shop.fondy.pay(&order.id, &FondyTerms::new()).await.unwrap();
    let approved = shop.callback(&order, "approved");
    let mut declined = approved.clone();
    declined.insert("order_status".to_owned(), "declined".into());
    call_back(&server, &shop.fondy.signed(declined.clone())).await.expect(200);
    assert!(shop.show(&order).contains("status      failed"));
    call_back(&server, &approved).await.expect(200);
    expect(&anna, "20.00", 2).await;
    declined.insert("rrn".to_owned(), "222222222222".into());
    call_back(&server, &shop.fondy.signed(declined)).await.expect(200);
    assert!(shop.show(&order).contains("status      succeeded"));
    expect(&anna, "20.00", 2).await;
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_through_stripe_may_be_paid_before_we_know_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(&sqlite_url(folder.path())).await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    shop.stripe
        .fail(ApiFault::new(Fault::Delay(1_000)).with_effect().with_route("POST", "/v1/payment_intents"));
    let starting = tokio::spawn({
        let anna = anna.clone();
        async move { anna.create_payment("10").await }
    });
    let intent = eventually("the order at Stripe", async || {
        shop.stripe.payment_intents().first().map(|intent| intent["id"].as_str().unwrap().to_owned())
    })
    .await;
    shop.stripe.pay(&intent, &PayTerms::new()).await.unwrap();
    expect(&anna, "10.00", 1).await;
    let started = starting.await.unwrap();
    assert_eq!(started.intent, intent);
    assert!(started.client_secret.starts_with(&intent));
    let status = anna.get(&format!("/api/billing/payment/stripe/{intent}/status")).await.expect(200).json();
    assert_eq!((&status["status"], &status["paymentId"]), (&"succeeded".into(), &started.id.into()));
    expect(&anna, "10.00", 1).await;
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_through_fondy_may_be_paid_before_we_know_its_order() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let late = FondyFault::new(FondyFaultKind::Delay(1_000));
    shop.fondy.fail(late.with_effect().with_route("POST", "/api/checkout/url"));
    let starting = tokio::spawn({
        let anna = anna.clone();
        async move { create_order(&anna, "415").await }
    });
    let order = eventually("the order at Fondy", async || {
        shop.fondy.orders().first().map(|order| order["order_id"].as_str().unwrap().to_owned())
    })
    .await;
    shop.fondy.pay(&order, &FondyTerms::new()).await.unwrap();
    expect(&anna, "10.00", 1).await;
    let started = starting.await.unwrap();
    assert_eq!(started.id, order);
    assert!(shop.show(&started).contains("status      succeeded"));
    expect(&anna, "10.00", 1).await;
    shop.verify();
}

/// The order exists, and its answer never came: the webhook is how we learn of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_whose_order_we_never_heard_of_is_credited_when_it_is_paid() {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::open(&sqlite_url(folder.path())).await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    let lost = ApiFault::new(Fault::Close).with_effect().with_times(100);
    shop.stripe.fail(lost.with_route("POST", "/v1/payment_intents"));
    let answer = anna.post("/api/billing/payment/stripe/create", r#"{"amount_usd": 10}"#).await;
    answer.expect_error(503, "PROVIDER_UNAVAILABLE");
    shop.stripe.clear_faults();
    let known = shop.stripe.payment_intents();
    let [intent] = &known[..] else { panic!("{known:?}") };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let payment = NewPayment {
        id: text(&intent["metadata"]["payment_id"]),
        intent: text(&intent["id"]),
        client_secret: text(&intent["client_secret"]),
    };

    // What nobody can keep as its name is not taken for one.
    for name in ["pi_\u{0}", "pi_\r\n", &"x".repeat(10_000)] {
        let named = |intent: &mut Value| {
            (intent["id"], intent["amount_received"]) = (name.into(), 1_000.into());
        };
        tell(&shop, &server, &payment, "succeeded", named).await.expect(200);
        expect(&anna, "0.00", 0).await;
    }
    let unmatched = shop.launch.printed(&["webhooks", "list", "--state", "unmatched"]);
    assert_eq!(unmatched.lines().count(), 3, "{unmatched}");

    shop.stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
    shop.deliver(&server, &shop.event("payment_intent.succeeded", &payment)).await.expect(200);
    expect(&anna, "10.00", 1).await;
    let shown = shop.launch.printed(&["payments", "show", &payment.intent]);
    assert!(shown.contains(&payment.id) && shown.contains("status      succeeded"), "{shown}");
    // Another order in its name is not its own.
    let other = NewPayment { intent: "pi_another".to_owned(), ..payment };
    let paid = |intent: &mut Value| intent["amount_received"] = 1_000.into();
    tell(&shop, &server, &other, "succeeded", paid).await.expect(200);
    expect(&anna, "10.00", 1).await;
    shop.verify();
}
