//! The checkout page, in a browser and with curl.

use serde_json::{Value, json};

use super::merchant::Merchant;
use super::shop::{Answer, MERCHANT_ID, Shop, send};

const GOOD: &str = "4444 5555 6666 1111";
const BAD: &str = "4444111166665555";

/// A browser, or curl, at the checkout of one order.
struct Payer<'a> {
    shop: &'a Shop,
    url: String,
    accept: &'static str,
}

impl<'a> Payer<'a> {
    async fn new(shop: &'a Shop, order_id: &str, more: Value, accept: &'static str) -> Self {
        let order = shop.order_with(order_id, more).await;
        Self { shop, url: order["checkout_url"].as_str().unwrap().to_owned(), accept }
    }

    async fn look(&self, query: &str) -> Answer {
        send(self.shop.http.get(format!("{}{query}", self.url)).header("accept", self.accept)).await
    }

    async fn pay(&self, card_number: &str) -> Answer {
        let form = [("card_number", card_number)];
        send(self.shop.http.post(format!("{}/pay", self.url)).header("accept", self.accept).form(&form)).await
    }
}

/// The fields of the only form on a page, and where they go.
fn form(page: &str) -> (String, Value) {
    let unescape = |text: &str| {
        let text =
            text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
        text.replace("&amp;", "&")
    };
    let form = page.split("<form method=\"post\" action=\"").nth(1).unwrap();
    let action = unescape(form.split('"').next().unwrap());
    let fields = form.split("<input type=\"hidden\" name=\"").skip(1).map(|input| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        (name.to_owned(), json!(unescape(rest.split('"').next().unwrap())))
    });
    (action, fields.collect())
}

#[tokio::test]
async fn the_page_shows_merchant_order_and_cards_in_the_orders_language() {
    let shop = Shop::open().await;
    let browser = Payer::new(&shop, "a", json!({ "lang": "uk" }), "text/html").await;
    let page = browser.look("").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let merchant = MERCHANT_ID.to_string();
    let cards = ["4444 5555 6666 1111 · схвалюється", "4444 1111 6666 5555 · відхиляється"];
    for expected in [&merchant, "250.00 UAH", "&lt;b&gt;рахунку", ">Сплатити<", "name=\"card_number\""]
    {
        assert!(page.text.contains(expected), "{expected}");
    }
    assert!(cards.iter().all(|card| page.text.contains(card)));
    assert!(!page.text.contains("<script") && !page.text.contains("<b>"));
    assert!(browser.look("?lang=en").await.text.contains(">Pay<"));
}

#[tokio::test]
async fn a_good_card_pays_and_the_browser_takes_the_outcome_back() {
    let merchant = Merchant::open().await;
    let shop = Shop::open().await;
    let more = json!({
        "server_callback_url": merchant.url,
        "response_url": "https://shop.example/return?a=1&b=2",
        "merchant_data": "\"quoted\" & 'more'",
    });
    let browser = Payer::new(&shop, "a", more, "text/html").await;
    let page = browser.pay(GOOD).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Payment received."));
    assert_eq!(merchant.told(), [("a".to_owned(), "approved".to_owned())]);

    let (action, fields) = form(&page.text);
    assert_eq!(action, "https://shop.example/return?a=1&b=2");
    assert!(shop.is_signed(&fields));
    assert_eq!(
        (&fields["order_status"], &fields["merchant_data"]),
        (&json!("approved"), &json!("\"quoted\" & 'more'"))
    );

    let again = browser.pay(GOOD).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("Payment received.") && again.text.contains("https://shop.example/return"));
}

#[tokio::test]
async fn a_bad_card_ends_an_order_that_is_not_delayed() {
    let shop = Shop::open().await;
    let more = json!({ "response_url": "https://shop.example/return" });
    let browser = Payer::new(&shop, "a", more, "text/html").await;
    let page = browser.pay(BAD).await;
    assert!(page.text.contains("The bank declined the payment."));
    assert_eq!(form(&page.text).1["order_status"], "declined");
    assert_eq!(browser.pay(GOOD).await.status, 409);
    assert_eq!(shop.status("a").await["order_status"], "declined");
}

#[tokio::test]
async fn a_payer_of_a_delayed_order_tries_another_card() {
    let shop = Shop::open().await;
    let browser = Payer::new(&shop, "a", json!({ "delayed": "Y", "lang": "uk" }), "text/html").await;
    let page = browser.pay(BAD).await;
    assert!(page.text.contains("Можна спробувати ще раз") && page.text.contains("card_number"));
    assert!(browser.look("").await.text.contains("Можна спробувати ще раз"));
    assert!(browser.pay(GOOD).await.text.contains("Платіж отримано."));
}

#[tokio::test]
async fn every_test_card_does_what_is_said_of_it() {
    let shop = Shop::open().await;
    for (place, (number, status, eci)) in [
        ("4444555566661111", "approved", "5"),
        ("4444111166665555", "declined", "5"),
        ("4444555511116666", "approved", "7"),
        ("4444111155556666", "declined", "7"),
        ("5555666644441111", "approved", "5"),
        ("6666444455551111", "approved", "5"),
        ("4444555566669999", "approved", "6"),
        ("4444999966665555", "declined", "6"),
    ]
    .into_iter()
    .enumerate()
    {
        let curl = Payer::new(&shop, &format!("order-{place}"), json!({}), "*/*").await;
        let fields = curl.pay(number).await.json();
        assert!(shop.is_signed(&fields));
        assert_eq!((&fields["order_status"], &fields["eci"]), (&json!(status), &json!(eci)), "{number}");
    }
}

#[tokio::test]
async fn a_number_that_is_no_test_card_changes_nothing() {
    let shop = Shop::open().await;
    let mut payer = Payer::new(&shop, "a", json!({}), "text/html").await;
    for number in ["", "4242424242424242", "card"] {
        let page = payer.pay(number).await;
        assert_eq!(page.status, 400);
        assert!(page.text.contains("not the number of a test card") && page.text.contains("card_number"));
    }
    payer.accept = "*/*";
    assert_eq!(payer.pay("1").await.json()["response"]["error_code"], 1015);
    assert!(shop.fondy.callbacks().is_empty());
}

#[tokio::test]
async fn an_expired_order_refuses_payment() {
    let shop = Shop::open().await;
    let more = json!({ "response_url": "https://shop.example/return" });
    let browser = Payer::new(&shop, "a", more, "text/html").await;
    shop.fondy.expire("a").await.unwrap();
    let page = browser.pay(GOOD).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("The time to pay this order is over."));
    assert_eq!(form(&page.text).1["order_status"], "expired");
}

#[tokio::test]
async fn a_wrong_address_finds_nothing() {
    let shop = Shop::open().await;
    let mut payer = Payer::new(&shop, "a", json!({}), "text/html").await;
    payer.url = shop.url("/checkout/guessed");
    for answer in [payer.look("?lang=uk").await, payer.pay(GOOD).await] {
        assert_eq!(answer.status, 404);
    }
    assert!(payer.look("?lang=uk").await.text.contains("Такого замовлення немає."));
    payer.accept = "*/*";
    assert_eq!(payer.pay(GOOD).await.json()["response"]["error_code"], 1018);
}
