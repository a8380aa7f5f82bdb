//! Disputes.

use billing_testkit::simulators::stripe::DisputeTerms;
use serde_json::Value;

use super::shop::{Shop, id};

/// The signed amounts that a dispute moved, oldest first.
fn moved(dispute: &Value) -> Vec<i64> {
    let transactions = dispute["balance_transactions"].as_array().unwrap();
    transactions.iter().map(|transaction| transaction["amount"].as_i64().unwrap()).collect()
}

fn dispute_events(shop: &Shop) -> Vec<String> {
    let disputes = |kind: String| kind.strip_prefix("charge.dispute.").map(str::to_owned);
    shop.event_types().into_iter().filter_map(disputes).collect()
}

#[tokio::test]
async fn a_dispute_withdraws_and_a_win_reinstates() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    let opened = shop.stripe.open_dispute(&payment, &DisputeTerms::new()).await.unwrap();
    assert_eq!((opened["status"].as_str(), moved(&opened)), (Some("needs_response"), vec![-2500]));
    assert_eq!(opened["payment_intent"], payment.as_str());
    assert_eq!(opened["balance_transactions"][0]["net"], -4000);

    let won = shop.stripe.win_dispute(&id(&opened)).await.unwrap();
    assert_eq!((won["status"].as_str(), moved(&won)), (Some("won"), vec![-2500, 2500]));
    assert_eq!(dispute_events(&shop), ["created", "funds_withdrawn", "funds_reinstated", "closed"]);
    assert!(shop.stripe.lose_dispute(&id(&opened)).await.is_err());

    let listed = shop.get(&format!("/v1/disputes?payment_intent={payment}")).await.json();
    assert_eq!(listed["data"], serde_json::json!([won]));
    assert_eq!(shop.get(&format!("/v1/disputes/{}", id(&opened))).await.json(), won);
}

#[tokio::test]
async fn a_lost_dispute_keeps_the_money_and_forbids_refunds() {
    let shop = Shop::open().await;
    let payment = shop.paid().await;
    let terms = DisputeTerms::new().with_amount(1000);
    let opened = shop.stripe.open_dispute(&payment, &terms).await.unwrap();
    let lost = shop.stripe.lose_dispute(&id(&opened)).await.unwrap();
    assert_eq!((lost["status"].as_str(), moved(&lost)), (Some("lost"), vec![-1000]));
    let refund = shop.post("/v1/refunds", &format!("payment_intent={payment}")).await;
    assert_eq!((refund.status, refund.code().as_str()), (400, "charge_disputed"));
}

#[tokio::test]
async fn an_inquiry_withdraws_nothing_unless_it_becomes_a_dispute() {
    let shop = Shop::open().await;
    let inquiry = DisputeTerms::new().with_inquiry();
    let opened = shop.stripe.open_dispute(&shop.paid().await, &inquiry).await.unwrap();
    assert_eq!((opened["status"].as_str(), moved(&opened)), (Some("warning_needs_response"), vec![]));
    let closed = shop.stripe.lose_dispute(&id(&opened)).await.unwrap();
    assert_eq!((closed["status"].as_str(), moved(&closed)), (Some("warning_closed"), vec![]));

    let opened = shop.stripe.open_dispute(&shop.paid().await, &inquiry).await.unwrap();
    let grown = shop.stripe.withdraw(&id(&opened), None).await.unwrap();
    assert_eq!((grown["status"].as_str(), moved(&grown)), (Some("needs_response"), vec![-2500]));
}

#[tokio::test]
async fn money_moves_in_parts_within_what_is_disputed() {
    let shop = Shop::open().await;
    let terms = DisputeTerms::new().with_funds_staying();
    let dispute = id(&shop.stripe.open_dispute(&shop.paid().await, &terms).await.unwrap());
    assert!(shop.stripe.reinstate(&dispute, None).await.is_err());
    shop.stripe.withdraw(&dispute, Some(2000)).await.unwrap();
    assert!(shop.stripe.withdraw(&dispute, Some(501)).await.is_err());
    shop.stripe.reinstate(&dispute, Some(800)).await.unwrap();
    assert!(shop.stripe.reinstate(&dispute, Some(1201)).await.is_err());
    let won = shop.stripe.win_dispute(&dispute).await.unwrap();
    assert_eq!(moved(&won), [-2000, 800, 1200]);
}
