//! The payment page, followed by a browser without scripts.
use billing_core::{Failure, PaymentGateway, PaymentStatus};
use reqwest::{Client, Url};

use crate::{
    setup::{new_order, uah},
    simulator::{CEILING, Order, Shop, simulator, snapshot},
    webhooks::webhook,
};

const RETURN_URL: &str = "https://app.example.com/payment/fondy/return?a=1&b=%D1%97";

/// A form as a browser would send it.
#[derive(Debug)]
struct Form {
    method: String,
    action: String,
    fields: Vec<(String, String)>,
    button: String,
}

/// What a payer has before the eyes.
struct Page {
    url: Url,
    status: u16,
    html: String,
}

struct Browser(Client);

impl Browser {
    fn new() -> Self {
        Self(Client::builder().no_proxy().timeout(CEILING).build().unwrap())
    }

    async fn open(&self, url: &str) -> Page {
        self.load(self.0.get(url)).await
    }

    /// Fills a card in and presses the button.
    async fn pay(&self, page: &Page, card: &str) -> Page {
        let mut form = page.form();
        assert_eq!(form.method, "post");
        form.fields.retain(|(name, _)| name != "card_number");
        form.fields.push(("card_number".to_owned(), card.to_owned()));
        self.load(self.0.post(page.url.join(&form.action).unwrap()).form(&form.fields)).await
    }

    async fn load(&self, request: reqwest::RequestBuilder) -> Page {
        let response = request.header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
        let (url, status) = (response.url().clone(), response.status().as_u16());
        Page { url, status, html: response.text().await.unwrap() }
    }
}

impl Page {
    /// The first form.
    fn form(&self) -> Form {
        let (_, rest) = self.html.split_once("<form ").expect("a form");
        let (tag, rest) = rest.split_once('>').unwrap();
        let (inside, _) = rest.split_once("</form>").unwrap();
        let inputs = inside.split("<input ").skip(1).map(|input| input.split_once('>').unwrap().0);
        let fields = inputs.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect();
        let (_, button) = inside.split_once("<button").unwrap();
        let button = button.split_once('>').unwrap().1.split('<').next().unwrap().to_owned();
        Form { method: attribute(tag, "method"), action: attribute(tag, "action"), fields, button }
    }

    fn is_in(&self, language: &str) -> bool {
        self.html.contains(&format!("<html lang=\"{language}\">"))
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let (_, rest) = tag.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {tag}"));
    let text = rest.split('"').next().unwrap();
    let text = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

/// A shop that speaks this language, and an order from it with a way back.
async fn shop_in(language: &str) -> (Shop, Order) {
    let shop = Shop::with(simulator(), |builder| builder.with_language(language)).await;
    let order = shop.order_of(new_order().with_return_url(RETURN_URL)).await;
    (shop, order)
}

#[tokio::test]
async fn a_payer_pays_and_is_sent_back_in_either_language() {
    for (language, pay, paid, back) in [
        ("uk", "Сплатити", "Платіж отримано.", "Повернутися до магазину"),
        ("en", "Pay", "Payment received.", "Back to the shop"),
    ] {
        let (shop, order) = shop_in(language).await;
        let browser = Browser::new();
        let page = browser.open(&order.page).await;
        assert!(page.status == 200 && page.is_in(language), "{}", page.html);
        assert!(page.html.contains("250.00 UAH") && page.html.contains(&order.request.description));
        assert_eq!(page.form().button, pay);

        let page = browser.pay(&page, "4444 5555 1111 6666").await;
        assert!(page.status == 200 && page.is_in(language) && page.html.contains(paid), "{}", page.html);
        let form = page.form();
        assert_eq!((form.method.as_str(), form.action.as_str()), ("post", RETURN_URL));
        assert_eq!(form.button, back);

        // The browser takes back what callback and answer say.
        let asked = shop.status(&order).await;
        assert_eq!((asked.status, asked.paid), (PaymentStatus::Succeeded, Some(uah(25_000))));
        assert_eq!(shop.heard(), std::slice::from_ref(&asked));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form.fields).finish();
        let returned = shop.gateway.parse_webhook(webhook("application/x-www-form-urlencoded", form)).await;
        assert_eq!(snapshot(returned.unwrap()), asked);
    }
}

#[tokio::test]
async fn a_payer_who_is_declined_is_told_so_and_sent_back() {
    for (language, declined) in [("uk", "Банк відхилив платіж."), ("en", "The bank declined the payment.")]
    {
        let (shop, order) = shop_in(language).await;
        let browser = Browser::new();
        let page = browser.open(&order.page).await;
        let page = browser.pay(&page, "4444111155556666").await;
        assert!(page.is_in(language) && page.html.contains(declined), "{}", page.html);
        assert_eq!((page.form().method.as_str(), page.form().action.as_str()), ("post", RETURN_URL));

        let asked = shop.status(&order).await;
        let reason = Failure::new("1004", Some("Do not honor".to_owned()));
        assert_eq!((asked.status, asked.failure.clone()), (PaymentStatus::Failed, Some(reason)));
        assert_eq!(shop.heard(), [asked]);
    }
}

#[tokio::test]
async fn a_payer_who_mistypes_tries_again_and_one_who_pays_twice_pays_once() {
    let (shop, order) = shop_in("uk").await;
    let browser = Browser::new();
    let first = browser.open(&order.page).await;
    let page = browser.pay(&first, "4242424242424242").await;
    assert!(page.status == 400 && page.html.contains("Це не номер тестової картки."), "{}", page.html);
    assert_eq!(shop.status(&order).await.status, PaymentStatus::Pending);

    assert_eq!(browser.pay(&page, "5555666644441111").await.status, 200);
    let again = browser.pay(&first, "5555666644441111").await;
    assert!(again.status == 409 && again.html.contains("Платіж отримано."), "{}", again.html);
    assert_eq!(again.form().action, RETURN_URL);
    assert_eq!(shop.heard(), [shop.status(&order).await]);
}

#[tokio::test]
async fn a_payer_without_a_way_back_is_offered_none() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let browser = Browser::new();
    let page = browser.open(&order.page).await;
    let page = browser.pay(&page, "4444555566661111").await;
    assert!(page.status == 200 && !page.html.contains("<form"), "{}", page.html);
}
