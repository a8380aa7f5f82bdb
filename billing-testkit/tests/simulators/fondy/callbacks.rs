//! What a merchant is told of its orders.

use billing_testkit::simulators::fondy::{PayTerms, Quirks};
use serde_json::{Value, json};

use super::merchant::Merchant;
use super::shop::{MERCHANT_ID, Shop, object, simulator};

/// A shop whose order `a` tells a merchant.
async fn told() -> (Merchant, Shop) {
    let merchant = Merchant::open().await;
    let shop = Shop::open().await;
    shop.order_with("a", json!({ "server_callback_url": merchant.url })).await;
    (merchant, shop)
}

fn last(merchant: &Merchant) -> Value {
    merchant.received().pop().unwrap().fields()
}

#[tokio::test]
async fn a_payer_who_pays_is_told_to_the_merchant_before_the_answer() {
    let (merchant, shop) = told().await;
    assert!(merchant.received().is_empty());
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    let callback = merchant.received().pop().unwrap();
    assert_eq!(callback.content_type, "application/json; charset=UTF-8");
    assert!(callback.user_agent.starts_with("Mozilla/5.0"));
    let fields = callback.fields();
    assert!(shop.is_signed(&fields));
    assert_eq!((&fields["order_status"], &fields["tran_type"]), (&json!("approved"), &json!("purchase")));
    assert_eq!((&fields["actual_amount"], &fields["actual_currency"]), (&json!("25000"), &json!("UAH")));
    assert_eq!((&fields["card_bin"], &fields["masked_card"]), (&json!(444_455), &json!("444455XXXXXX1111")));
    assert_eq!(fields, shop.status("a").await);
}

#[tokio::test]
async fn a_decline_ends_an_order_that_is_not_delayed() {
    let (merchant, shop) = told().await;
    shop.fondy.decline("a", 1037).await.unwrap();
    let fields = last(&merchant);
    assert_eq!(
        (&fields["order_status"], &fields["response_status"]),
        (&json!("declined"), &json!("success"))
    );
    assert_eq!(fields["response_code"], "1037");
    assert_eq!(fields["response_description"], "Decline, not sufficient funds");
    assert_eq!(shop.fondy.pay("a", &PayTerms::new()).await.unwrap_err().code(), 1019);
}

#[tokio::test]
async fn a_delayed_order_may_be_tried_again() {
    let merchant = Merchant::open().await;
    let shop = Shop::open().await;
    let more = json!({ "server_callback_url": merchant.url, "delayed": null });
    shop.order_with("a", more).await;
    shop.fondy.decline("a", 1004).await.unwrap();
    let fields = last(&merchant);
    assert_eq!((&fields["order_status"], &fields["response_code"]), (&json!("processing"), &json!("1004")));
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    let fields = last(&merchant);
    assert_eq!((&fields["order_status"], &fields["response_code"]), (&json!("approved"), &json!("")));
}

#[tokio::test]
async fn a_bank_may_take_its_time() {
    let (merchant, shop) = told().await;
    shop.fondy.process("a").await.unwrap();
    let fields = last(&merchant);
    assert_eq!((&fields["order_status"], &fields["response_code"]), (&json!("processing"), &json!("")));
    shop.fondy.decline("a", 1000).await.unwrap();
    assert_eq!(last(&merchant)["order_status"], "declined");
}

#[tokio::test]
async fn other_amounts_currencies_and_merchants_can_be_told() {
    let (merchant, shop) = told().await;
    let terms =
        PayTerms::new().with_amount(100).with_currency("USD").with_merchant_id(7).with_actual(4200, "EUR");
    assert_eq!(shop.fondy.pay("a", &PayTerms::new().with_amount(0)).await.unwrap_err().code(), 1007);
    shop.fondy.pay("a", &terms).await.unwrap();
    let fields = last(&merchant);
    assert!(shop.is_signed(&fields));
    let told = ["amount", "currency", "merchant_id", "actual_amount", "actual_currency"]
        .map(|name| fields[name].clone());
    assert_eq!(told, [json!("100"), json!("USD"), json!(7), json!("4200"), json!("EUR")]);
    assert_eq!(shop.status("a").await["amount"], "100");
}

#[tokio::test]
async fn callbacks_may_be_forms() {
    let (merchant, shop) = told().await;
    shop.fondy.set_quirks(Quirks::new().with_callbacks_as_form()).unwrap();
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    let callback = merchant.received().pop().unwrap();
    assert_eq!(callback.content_type, "application/x-www-form-urlencoded");
    let url = format!("http://form/?{}", callback.body);
    let pairs = reqwest::Url::parse(&url).unwrap();
    let fields: Value = pairs.query_pairs().map(|(name, value)| (name.into_owned(), json!(value))).collect();
    assert_eq!(fields["merchant_id"], MERCHANT_ID.to_string());
    assert!(shop.is_signed(&fields));
}

#[tokio::test]
async fn callbacks_may_lie_in_an_envelope() {
    let (merchant, shop) = told().await;
    shop.fondy.set_quirks(Quirks::new().with_callbacks_in_envelope()).unwrap();
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    let body = last(&merchant);
    assert_eq!(object(body.clone()).len(), 1);
    assert!(shop.is_signed(&body["response"]));
}

#[tokio::test]
async fn an_order_without_an_address_is_told_where_the_portal_says() {
    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator().with_callback_url(&merchant.url)).await;
    shop.paid("a").await;
    assert_eq!(merchant.told(), [("a".to_owned(), "approved".to_owned())]);

    shop.fondy.set_callback_url(None);
    shop.paid("b").await;
    assert_eq!(merchant.received().len(), 1);
    assert_eq!(shop.fondy.callbacks().len(), 2);
}

#[tokio::test]
async fn a_callback_shows_the_order_as_it_stood_then() {
    let (merchant, shop) = told().await;
    shop.fondy.pay("a", &PayTerms::new()).await.unwrap();
    shop.fondy.reverse("a", None).await.unwrap();
    let first = shop.fondy.callbacks()[0]["callback_id"].as_str().unwrap().to_owned();
    shop.fondy.redeliver(&first).await.unwrap();
    let statuses: Vec<_> = merchant.told().into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["approved", "reversed", "approved"]);
    assert_eq!(shop.fondy.redeliver("cb_none").await.unwrap_err().status(), 404);
}
