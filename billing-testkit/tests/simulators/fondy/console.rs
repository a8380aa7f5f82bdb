//! The console for people.

use billing_testkit::simulators::fondy::{DeliveryPlan, PayTerms, Quirks, ReversalOutcome};
use serde_json::{Value, json};

use super::merchant::Merchant;
use super::shop::{Answer, Shop, send};

async fn press(shop: &Shop, path: &str, form: &[(&str, &str)]) -> Answer {
    send(shop.http.post(shop.url(path)).form(form)).await
}

async fn page(shop: &Shop) -> String {
    send(shop.http.get(shop.url("/"))).await.text
}

/// Where the console's buttons for an order lead.
fn buttons(order: &Value) -> String {
    let url = order["checkout_url"].as_str().unwrap();
    format!("/console/orders/{}", url.rsplit('/').next().unwrap())
}

#[tokio::test]
async fn a_person_pays_and_reverses_with_buttons() {
    let shop = Shop::open().await;
    assert!(page(&shop).await.contains("No orders yet."));
    let order = buttons(&shop.order("<script>").await);
    let listed = page(&shop).await;
    assert!(
        listed.contains("250.00 UAH") && listed.contains("&lt;script&gt;") && !listed.contains("<script")
    );
    assert!(listed.contains(&format!("action=\"{order}/pay\"")));

    assert_eq!(press(&shop, &format!("{order}/pay"), &[]).await.header("location"), Some("/"));
    assert_eq!(press(&shop, &format!("{order}/reverse"), &[("amount", "500")]).await.status, 303);
    assert!(page(&shop).await.contains("5.00 UAH reversed"));
    assert_eq!(press(&shop, &format!("{order}/reverse"), &[("amount", "")]).await.status, 303);
    assert_eq!(shop.status("<script>").await["order_status"], "reversed");
}

#[tokio::test]
async fn a_person_declines_expires_and_pays_too_late() {
    let shop = Shop::open().await;
    let declined = buttons(&shop.order("a").await);
    press(&shop, &format!("{declined}/decline"), &[]).await;
    assert_eq!(shop.status("a").await["order_status"], "declined");
    let expired = buttons(&shop.order("b").await);
    press(&shop, &format!("{expired}/expire"), &[]).await;
    assert!(page(&shop).await.contains("Pay too late"));
    press(&shop, &format!("{expired}/pay"), &[]).await;
    assert_eq!(shop.status("b").await["order_status"], "approved");
}

#[tokio::test]
async fn pending_reversals_have_buttons() {
    let shop = Shop::open().await;
    shop.paid("a").await;
    shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).unwrap();
    for (button, total) in [("decline", "0"), ("complete", "25000")] {
        let reversal = shop.reverse("a", 25000, json!({})).await["transaction_id"].clone();
        let path = format!("/console/reversals/{reversal}/{button}");
        assert!(page(&shop).await.contains(&path));
        assert_eq!(press(&shop, &path, &[]).await.status, 303);
        assert_eq!(shop.status("a").await["reversal_amount"], total);
        assert_eq!(press(&shop, &path, &[]).await.status, 404);
    }
}

#[tokio::test]
async fn webhooks_are_disturbed_with_buttons() {
    let shop = Shop::open().await;
    assert!(page(&shop).await.contains("Now: delivered at once."));
    for (plan, words) in [
        ("drop_next", "the next 1 are dropped"),
        ("drop_all", "all are dropped"),
        ("duplicate", "each is sent 2 times"),
        ("delay", "each is 10000 ms late"),
        ("chance", "each is left to chance"),
        ("usual", "delivered at once"),
    ] {
        assert_eq!(press(&shop, "/console/webhooks", &[("plan", plan)]).await.status, 303);
        assert!(page(&shop).await.contains(&format!("Now: {words}.")), "{plan}");
    }
    assert_eq!(press(&shop, "/console/webhooks", &[("plan", "explode")]).await.status, 400);
}

#[tokio::test]
async fn deliveries_are_listed_and_sent_again() {
    let merchant = Merchant::open().await;
    let shop = Shop::open().await;
    shop.order_with("a", json!({ "server_callback_url": merchant.url })).await;
    merchant.answer_with([500]);
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_next_dropped(1));
    shop.fondy.process("a").await.unwrap();
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    let listed = page(&shop).await;
    assert!(listed.contains("<td>approved<td>500<td>") && listed.contains("<td>processing<td>dropped<td>"));

    let dropped = shop.fondy.callbacks()[0]["callback_id"].as_str().unwrap().to_owned();
    let again = format!("/console/webhooks/{dropped}/redeliver");
    assert!(listed.contains(&again));
    assert_eq!(press(&shop, &again, &[]).await.status, 303);
    assert!(merchant.told().contains(&("a".to_owned(), "processing".to_owned())));
    assert_eq!(press(&shop, "/console/webhooks/cb_none/redeliver", &[]).await.status, 404);
}

#[tokio::test]
async fn what_is_not_possible_is_said() {
    let shop = Shop::open().await;
    let order = buttons(&shop.order("a").await);
    let refused = press(&shop, &format!("{order}/reverse"), &[]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("Parameter `order_id` is incorrect"));
    shop.fondy.expire("a").await.unwrap();
    assert_eq!(press(&shop, &format!("{order}/decline"), &[]).await.status, 409);
    assert_eq!(press(&shop, &format!("{order}/explode"), &[]).await.status, 404);
    assert_eq!(press(&shop, &format!("{order}/reverse"), &[("amount", "1.5")]).await.status, 400);
    assert_eq!(press(&shop, "/console/orders/guessed/pay", &[]).await.status, 404);
    assert_eq!(press(&shop, "/console/reversals/1/explode", &[]).await.status, 404);
}
