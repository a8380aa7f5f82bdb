//! What an operator sees of webhooks, and what asking providers finds, beside a running server.
use billing_testkit::simulators::fondy::{ApiFault, DeliveryPlan, Fault, PayTerms};
use reqwest::Method;

use crate::{
    fondy_shop::{FondyShop, create_order},
    support::Answer,
};

/// The id of the newest webhook in a state.
fn newest(shop: &FondyShop, state: &str) -> String {
    let listed = shop.launch.printed(&["webhooks", "list", "--state", state, "--limit", "1"]);
    listed.split_whitespace().next().unwrap_or_else(|| panic!("no webhook is {state}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_are_listed_and_shown_without_secrets() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    let request = server
        .anybody()
        .request(Method::POST, "/webhooks/fondy")
        .header("content-type", "application/json")
        .header("authorization", "Bearer of-a-secret")
        .header("cookie", "session=of-a-secret")
        .header("x-api-key", "of-a-secret")
        .header("x-harmless", "kept");
    let body = "{\"order_id\": \"\u{1b}[31mred\"}\r\u{7}";
    Answer::to(request.body(body)).await.expect_error(400, "INVALID_SIGNATURE");

    let listed = shop.launch.printed(&["webhooks", "list"]);
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].contains("  rejected  fondy  ") && lines[0].ends_with("it is not json"), "{listed}");
    assert!(lines[1].ends_with("  applied  fondy  order.approved  ×1"), "{listed}");
    assert_eq!(shop.launch.printed(&["webhooks", "list", "--provider", "stripe"]), "");
    assert_eq!(shop.launch.printed(&["webhooks", "list", "--state", "applied"]).lines().count(), 1);

    let shown = shop.launch.printed(&["webhooks", "show", &newest(&shop, "applied")]);
    for told in [
        "provider    fondy\n",
        "order.approved\n",
        "state       applied\n",
        "  content-type: application/json;",
    ] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    let (_, body) = shown.split_once("\n\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["order_id"], order.id.as_str());

    let shown = shop.launch.printed(&["webhooks", "show", &newest(&shop, "rejected")]);
    for masked in ["  authorization: ***\n", "  cookie: ***\n", "  x-api-key: ***\n", "  x-harmless: kept\n"]
    {
        assert!(shown.contains(masked), "{masked} in {shown}");
    }
    assert!(!shown.contains("of-a-secret") && !shown.contains(['\u{1b}', '\r', '\u{7}']), "{shown:?}");
    assert!(shown.contains("[31mred"), "{shown}");

    for state in ["nonsense", "Applied", ""] {
        assert_eq!(
            shop.launch.run(&["webhooks", "list", "--state", state]).status.code(),
            Some(2),
            "{state}"
        );
    }
    let nobodys = uuid::Uuid::now_v7().to_string();
    assert!(shop.launch.refused(&["webhooks", "show", &nobodys]).contains("there is no webhook"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_that_were_only_stored_are_applied_by_a_replay() {
    let mut shop = FondyShop::open().await;
    shop.launch = shop.launch.clone().with_env("WEBHOOKS", "store-only");
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let orders = [shop.paid(&anna).await, shop.paid(&anna).await];
    shop.fondy.reverse(&orders[0].id, None).await.unwrap();
    server.anybody().post("/webhooks/fondy", "forged").await.expect_error(400, "INVALID_SIGNATURE");
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    assert_eq!(shop.launch.printed(&["webhooks", "list", "--state", "received"]).lines().count(), 3);

    let replayed = shop.launch.printed(&["webhooks", "replay", "--state", "received"]);
    for order in &orders {
        assert!(replayed.contains(&format!("payment {} is succeeded", order.id)), "{replayed}");
    }
    assert!(replayed.ends_with("replayed 3, failed 0\n"), "{replayed}");
    assert_eq!(anna.balance("balance_usd").await, "100.00");
    assert_eq!(shop.launch.printed(&["webhooks", "list", "--state", "received"]), "");
    for _ in 0..2 {
        let again = shop.launch.printed(&["webhooks", "replay", "--state", "applied"]);
        assert!(again.ends_with("replayed 3, failed 0\n"), "{again}");
    }
    assert_eq!(anna.balance("balance_usd").await, "100.00");

    // What was not authentic when it came never is.
    let (rejected, applied) = (newest(&shop, "rejected"), newest(&shop, "applied"));
    let mixed = shop.launch.run(&["webhooks", "replay", &rejected, &applied]);
    let told = String::from_utf8_lossy(&mixed.stdout).into_owned();
    assert_eq!(mixed.status.code(), Some(1), "{told}");
    assert!(told.contains(&format!("{rejected}  FAILED: ")), "{told}");
    assert!(told.ends_with("replayed 1, failed 1\n"), "{told}");
    assert_eq!(anna.balance("balance_usd").await, "100.00");
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asking_providers_finds_what_no_webhook_told() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    let (paid, taken_back) = (shop.paid(&anna).await, shop.paid(&anna).await);
    shop.fondy.reverse(&taken_back.id, Some(41_500)).await.unwrap();
    let odd = create_order(&anna, "415").await;
    shop.fondy.pay(&odd.id, &PayTerms::new().with_amount(41_400)).await.unwrap();
    create_order(&anna, "415").await;
    // Their time has not come yet.
    let report = shop.launch.printed(&["reconcile"]);
    assert_eq!(report, "payments checked 0, differing 0, failed 0; open refunds gone on with 0\n");
    assert_eq!(anna.balance("balance_usd").await, "0.00");

    let report = shop.launch.printed(&["reconcile", "--all", "--days", "1"]);
    for told in [
        format!("payment {}: pending → succeeded", paid.id),
        format!("payment {}: pending → succeeded taken back 0.00 UAH → 415.00 UAH", taken_back.id),
        format!("payment {}: pending → succeeded needs review: paid_mismatch", odd.id),
        ", differing 3, failed 0; open refunds gone on with 0\n".to_owned(),
    ] {
        assert!(report.contains(&told), "{told} in {report}");
    }
    assert_eq!(anna.balance("balance_usd").await, "190.00");
    let report = shop.launch.printed(&["reconcile", "--all"]);
    assert!(report.ends_with(", differing 0, failed 0; open refunds gone on with 0\n"), "{report}");
    assert_eq!(report.lines().count(), 1, "{report}");

    shop.fondy.fail(ApiFault::new(Fault::Status(500)).with_times(1_000));
    let failed = shop.launch.run(&["reconcile", "--all"]);
    let told = String::from_utf8_lossy(&failed.stdout).into_owned();
    assert_eq!(failed.status.code(), Some(1), "{told}");
    // A provider that fails three times is left alone.
    assert!(told.contains("payments checked 3, differing 0, failed 3;"), "{told}");
    assert_eq!(told.matches("FAILED: ").count(), 3, "{told}");
    assert_eq!(anna.balance("balance_usd").await, "190.00");
    assert_eq!(shop.launch.run(&["reconcile", "--days", "1"]).status.code(), Some(2));
    shop.verify();
}
