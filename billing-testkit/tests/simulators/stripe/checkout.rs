//! The checkout page, in a browser and with curl.

use serde_json::Value;

use super::merchant::Merchant;
use super::shop::{Answer, Shop, id, send, simulator};

/// A browser, or curl, at the checkout of one payment.
struct Payer<'a> {
    shop: &'a Shop,
    id: String,
    secret: String,
    accept: &'static str,
}

impl<'a> Payer<'a> {
    fn new(shop: &'a Shop, payment: &Value, accept: &'static str) -> Self {
        let secret = payment["client_secret"].as_str().unwrap().to_owned();
        Self { shop, id: id(payment), secret, accept }
    }

    async fn look(&self, query: &str) -> Answer {
        let url = format!("{}?client_secret={}{query}", self.shop.stripe.checkout_url(&self.id), self.secret);
        send(self.shop.http.get(url).header("accept", self.accept)).await
    }

    async fn press(&self, action: &str, more: &[(&str, &str)]) -> Answer {
        let url = format!("{}/{action}", self.shop.stripe.checkout_url(&self.id));
        let form: Vec<_> =
            [("client_secret", self.secret.as_str())].into_iter().chain(more.iter().copied()).collect();
        send(self.shop.http.post(url).header("accept", self.accept).form(&form)).await
    }
}

#[tokio::test]
async fn curl_pays_and_the_merchant_knows_before_the_answer() {
    let merchant = Merchant::open().await;
    let shop = Shop::with(simulator().with_webhook_url(&merchant.url)).await;
    let payment = shop.payment().await;
    let curl = Payer::new(&shop, &payment, "*/*");
    let paid = curl.press("pay", &[]).await;
    assert!(merchant.received_types().contains(&"payment_intent.succeeded".to_owned()));
    assert_eq!(paid.status, 200);
    assert_eq!(
        (&paid.json()["status"], &paid.json()["amount_received"]),
        (&"succeeded".into(), &2500.into())
    );
    assert!(!paid.text.contains("secret"));

    let again = curl.press("pay", &[]).await;
    assert_eq!((again.status, again.code().as_str()), (409, "payment_intent_unexpected_state"));
}

#[tokio::test]
async fn the_page_shows_the_amount_in_the_payers_language() {
    let shop = Shop::open().await;
    let form = "amount=2550&currency=uah&description=%3Cb%3ETop-up%3C/b%3E";
    let payment = shop.post("/v1/payment_intents", form).await.json();
    let browser = Payer::new(&shop, &payment, "text/html");
    let page = browser.look("").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    for expected in ["25.50 UAH", "&lt;b&gt;Top-up", ">Pay<", ">Decline<", &browser.secret] {
        assert!(page.text.contains(expected), "{expected}");
    }
    assert!(!page.text.contains("<script") && !page.text.contains("<b>"));
    assert!(browser.look("&lang=uk").await.text.contains(">Сплатити<"));
}

#[tokio::test]
async fn the_browser_goes_back_to_the_shop() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let browser = Payer::new(&shop, &payment, "text/html");
    let back = ("return_url", "https://shop.example/return?lang=uk");
    let page = browser.look("&return_url=https%3A%2F%2Fshop.example%2Freturn").await;
    assert!(page.text.contains("value=\"https://shop.example/return\""));

    let (id, secret) = (&browser.id, &browser.secret);
    for (action, outcome) in [("decline", "failed"), ("pay", "succeeded")] {
        let left = browser.press(action, &[back]).await;
        assert_eq!(left.status, 303);
        let expected = format!(
            "https://shop.example/return?lang=uk&payment_intent={id}&payment_intent_client_secret={secret}\
             &redirect_status={outcome}"
        );
        assert_eq!(left.header("location"), Some(expected.as_str()));
    }
    let again = browser.press("pay", &[back]).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("already been paid"));
}

#[tokio::test]
async fn only_http_addresses_are_returned_to() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let curl = Payer::new(&shop, &payment, "*/*");
    for address in ["javascript:alert(1)", "data:text/html,x", "//shop.example", "shop"] {
        assert_eq!(curl.press("pay", &[("return_url", address)]).await.status, 400, "{address}");
    }
    assert_eq!(shop.stripe.payment_intents()[0]["status"], "requires_payment_method");
}

#[tokio::test]
async fn a_wrong_secret_finds_nothing() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let mut payer = Payer::new(&shop, &payment, "*/*");
    payer.secret = "guessed".to_owned();
    assert_eq!(payer.look("").await.status, 404);
    assert_eq!(payer.press("pay", &[]).await.status, 404);
    payer.id = "pi_none".to_owned();
    assert_eq!(payer.press("decline", &[]).await.status, 404);
    assert_eq!(shop.event_types(), ["payment_intent.created"]);
}

#[tokio::test]
async fn a_declined_payer_may_try_again() {
    let shop = Shop::open().await;
    let payment = shop.payment().await;
    let browser = Payer::new(&shop, &payment, "text/html");
    let declined = browser.press("decline", &[("lang", "uk")]).await;
    assert_eq!(declined.status, 200);
    assert!(declined.text.contains("Банк відхилив платіж"));
    assert!(browser.press("pay", &[]).await.text.contains("Payment received."));
    assert!(browser.look("").await.text.contains("already been paid"));
}
