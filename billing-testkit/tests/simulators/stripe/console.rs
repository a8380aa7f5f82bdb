//! The console for people.

use super::shop::{Answer, Shop, id, send};

async fn press(shop: &Shop, id: &str, action: &str, form: &[(&str, &str)]) -> Answer {
    send(shop.http.post(shop.url(&format!("/console/{id}/{action}"))).form(form)).await
}

async fn page(shop: &Shop) -> String {
    send(shop.http.get(shop.url("/"))).await.text
}

#[tokio::test]
async fn a_person_pays_refunds_and_disputes_with_buttons() {
    let shop = Shop::open().await;
    assert!(page(&shop).await.contains("No payments yet."));
    let form = "amount=2500&currency=usd&description=%3Cscript%3E";
    let payment = id(&shop.post("/v1/payment_intents", form).await.json());
    let listed = page(&shop).await;
    assert!(listed.contains(&payment) && listed.contains("25.00 USD") && !listed.contains("<script>"));
    assert!(listed.contains(&format!("action=\"/console/{payment}/pay\"")));

    assert_eq!(press(&shop, &payment, "decline", &[]).await.status, 303);
    assert_eq!(press(&shop, &payment, "pay", &[]).await.header("location"), Some("/"));
    assert_eq!(press(&shop, &payment, "refund", &[("amount", "500")]).await.status, 303);
    assert!(page(&shop).await.contains("5.00 USD refunded"));
    assert_eq!(press(&shop, &payment, "dispute", &[]).await.status, 303);
    let dispute = id(&shop.get("/v1/disputes").await.json()["data"][0]);
    assert!(page(&shop).await.contains(&format!("/console/{dispute}/win")));
    assert_eq!(press(&shop, &dispute, "win", &[]).await.status, 303);
    assert!(page(&shop).await.contains("dispute won"));
    assert_eq!(press(&shop, &payment, "refund", &[("amount", "")]).await.status, 303);
    assert_eq!(shop.get("/v1/refunds").await.json()["data"][0]["amount"], 2000);
}

#[tokio::test]
async fn a_person_answers_the_bank_for_a_payer() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let (id, secret) = (id(&payment), payment["client_secret"].as_str().unwrap());
    let form = "payment_method=pm_card_threeDSecure2Required&use_stripe_sdk=true";
    shop.post(&format!("/v1/payment_intents/{id}/confirm"), form).await;
    let link = format!("/3ds/{id}?client_secret={secret}");
    assert!(page(&shop).await.contains(&format!("<a href=\"{link}\">")));
    assert!(
        send(shop.http.get(shop.url(&link))).await.text.contains(&format!("action=\"/3ds/{id}/accept\""))
    );
}

#[tokio::test]
async fn webhooks_are_disturbed_with_buttons() {
    let shop = Shop::open().await;
    assert!(page(&shop).await.contains("Now: delivered at once."));
    let pressed = send(shop.http.post(shop.url("/console/webhooks")).form(&[("plan", "drop_all")])).await;
    assert_eq!(pressed.header("location"), Some("/"));
    assert!(page(&shop).await.contains("Now: all are dropped."));
}

#[tokio::test]
async fn what_is_not_possible_is_said() {
    let shop = Shop::open().await;
    let payment = id(&shop.payment().await);
    let refused = press(&shop, &payment, "refund", &[]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("does not have a successful charge"));
    assert_eq!(press(&shop, "pi_none", "pay", &[]).await.status, 404);
    assert_eq!(press(&shop, &payment, "explode", &[]).await.status, 404);
    assert_eq!(press(&shop, &payment, "refund", &[("amount", "1.5")]).await.status, 400);
}
