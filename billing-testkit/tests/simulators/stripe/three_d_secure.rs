//! 3-D Secure: the payer's bank asks first, on a page of its own or in the merchant's.

use reqwest::Url;
use serde_json::{Value, json};

use super::shop::{Answer, Shop, id, send, simulator};

const RETURN_URL: &str = "https://shop.example/return?payment=ours";
const ON_ITS_PAGE: &str = "pm_card_authenticationRequired";
const IN_DIALOG: &str = "pm_card_threeDSecure2Required";

/// A payment, and the browser of its payer.
struct Payer<'a> {
    shop: &'a Shop,
    id: String,
    secret: String,
}

impl<'a> Payer<'a> {
    async fn at(shop: &'a Shop) -> Self {
        let payment = shop.payment().await;
        Self { shop, id: id(&payment), secret: payment["client_secret"].as_str().unwrap().to_owned() }
    }

    async fn confirm(&self, payment_method: &str, more: &[(&str, &str)]) -> Answer {
        let url = self.shop.url(&format!("/v1/payment_intents/{}/confirm", self.id));
        let mut form = vec![("payment_method", payment_method), ("client_secret", &self.secret)];
        form.extend(more);
        send(self.shop.http.post(url).bearer_auth("pk_test_simulator").form(&form)).await
    }

    /// Pays so that the bank asks on its page; answers with the address of that.
    async fn sent_to_the_bank(&self) -> String {
        let asked = self.confirm(ON_ITS_PAGE, &[("return_url", RETURN_URL)]).await.json();
        asked["next_action"]["redirect_to_url"]["url"].as_str().unwrap().to_owned()
    }

    /// Presses a button on the bank's page.
    async fn press(&self, decision: &str, return_url: &str) -> Answer {
        let form = [("client_secret", self.secret.as_str()), ("return_url", return_url)];
        let url = self.shop.url(&format!("/3ds/{}/{decision}", self.id));
        send(self.shop.http.post(url).header("accept", "text/html").form(&form)).await
    }

    /// Answers as Stripe's script does, in the merchant's page.
    async fn tell(&self, decision: &str) -> Answer {
        let url = self.shop.url(&format!("/3ds/{}/{decision}", self.id));
        let request = self.shop.http.post(url).header("accept", "application/json");
        send(request.form(&[("client_secret", &self.secret)])).await
    }

    async fn payment(&self) -> Value {
        self.shop.get(&format!("/v1/payment_intents/{}", self.id)).await.json()
    }

    /// Where the browser is sent with what Stripe adds.
    fn way_back(&self, status: &str) -> String {
        let (id, secret) = (&self.id, &self.secret);
        format!(
            "{RETURN_URL}&payment_intent={id}&payment_intent_client_secret={secret}&redirect_status={status}"
        )
    }
}

fn has(shop: &Shop, event: &str) -> bool {
    shop.event_types().iter().any(|kind| kind == event)
}

#[tokio::test]
async fn a_payer_who_confirms_at_the_bank_has_paid() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    let asked = payer.confirm(ON_ITS_PAGE, &[("return_url", RETURN_URL)]).await;
    assert_eq!(asked.status, 200);
    let asked = asked.json();
    assert_eq!((&asked["status"], &asked["latest_charge"]), (&"requires_action".into(), &Value::Null));
    assert!(asked["payment_method"].is_string());
    let page = asked["next_action"]["redirect_to_url"]["url"].as_str().unwrap();
    assert!(page.starts_with(&shop.url(&format!("/3ds/{}?", payer.id))), "{page}");
    let redirect = json!({ "url": page, "return_url": RETURN_URL });
    assert_eq!(asked["next_action"], json!({ "type": "redirect_to_url", "redirect_to_url": redirect }));

    let shown = send(shop.http.get(page).header("accept", "text/html")).await;
    assert_eq!(shown.status, 200);
    for hidden in [&payer.secret, &RETURN_URL.to_owned()] {
        assert!(shown.text.contains(&format!("value=\"{hidden}\"")), "{hidden}");
    }
    let left = payer.press("accept", RETURN_URL).await;
    assert_eq!((left.status, left.header("location")), (303, Some(payer.way_back("succeeded").as_str())));

    let paid = payer.payment().await;
    assert_eq!((&paid["status"], &paid["amount_received"]), (&"succeeded".into(), &2500.into()));
    assert_eq!((&paid["next_action"], &paid["payment_method"]), (&Value::Null, &asked["payment_method"]));
    assert_eq!(
        shop.event_types(),
        [
            "payment_intent.created",
            "payment_intent.requires_action",
            "charge.succeeded",
            "payment_intent.succeeded"
        ]
    );
}

#[tokio::test]
async fn a_payer_who_refuses_at_the_bank_is_not_charged_and_may_try_again() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    payer.sent_to_the_bank().await;
    let left = payer.press("refuse", RETURN_URL).await;
    assert_eq!((left.status, left.header("location")), (303, Some(payer.way_back("failed").as_str())));

    let refused = payer.payment().await;
    let error = &refused["last_payment_error"];
    assert_eq!(refused["status"], "requires_payment_method");
    assert_eq!(error["type"], "invalid_request_error");
    assert_eq!(error["code"], "payment_intent_authentication_failure");
    for nothing in ["next_action", "payment_method", "latest_charge"] {
        assert_eq!(refused[nothing], Value::Null, "{nothing}");
    }
    assert!(has(&shop, "payment_intent.payment_failed") && !has(&shop, "charge.failed"));

    payer.sent_to_the_bank().await;
    assert_eq!(payer.payment().await["last_payment_error"], Value::Null);
    payer.press("accept", RETURN_URL).await;
    assert_eq!(payer.payment().await["status"], "succeeded");
}

#[tokio::test]
async fn stripes_script_asks_in_the_merchants_page() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    let in_page = [("use_stripe_sdk", "true"), ("return_url", RETURN_URL)];
    let asked = payer.confirm(IN_DIALOG, &in_page).await.json();
    assert_eq!(
        asked["next_action"],
        json!({ "type": "use_stripe_sdk", "use_stripe_sdk": { "type": "three_d_secure_redirect" } })
    );
    let refused = payer.tell("refuse").await;
    assert_eq!(refused.status, 200);
    assert_eq!(refused.json(), payer.payment().await);
    assert_eq!(refused.json()["last_payment_error"]["code"], "payment_intent_authentication_failure");

    payer.confirm(IN_DIALOG, &[("use_stripe_sdk", "true")]).await;
    assert_eq!(payer.tell("accept").await.json()["status"], "succeeded");
    let again = payer.tell("accept").await;
    assert_eq!((again.status, again.code().as_str()), (409, "payment_intent_unexpected_state"));
}

#[tokio::test]
async fn a_bank_may_decline_whom_it_has_asked() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    payer.confirm("pm_card_threeDSecureRequiredChargeDeclined", &[("use_stripe_sdk", "true")]).await;
    let declined = payer.tell("accept").await.json();
    let error = &declined["last_payment_error"];
    assert_eq!(
        (&declined["status"], &declined["next_action"]),
        (&"requires_payment_method".into(), &Value::Null)
    );
    assert_eq!((&error["type"], &error["code"]), (&"card_error".into(), &"card_declined".into()));
    assert_eq!(error["decline_code"], "generic_decline");
    assert!(declined["latest_charge"].is_string() && has(&shop, "charge.failed"));
}

#[tokio::test]
async fn without_a_way_back_a_bank_can_not_ask() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    for terms in [&[][..], &[("use_stripe_sdk", "false")]] {
        let refused = payer.confirm(ON_ITS_PAGE, terms).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_missing"));
        assert_eq!(refused.json()["error"]["param"], "return_url");
    }
    let refused = payer.confirm(ON_ITS_PAGE, &[("use_stripe_sdk", "perhaps")]).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &"use_stripe_sdk".into()));
    assert_eq!(payer.payment().await["status"], "requires_payment_method");

    payer.sent_to_the_bank().await;
    assert_eq!(payer.press("accept", "javascript:alert(1)").await.status, 400);
    assert_eq!(payer.payment().await["status"], "requires_action");
}

#[tokio::test]
async fn the_bank_asks_in_the_payers_language() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    let page = payer.sent_to_the_bank().await;
    let look = |url: String, language: &'static str| {
        let request = shop.http.get(url).header("accept", "text/html").header("accept-language", language);
        async { send(request).await.text }
    };
    let english = look(page.clone(), "en-GB").await;
    for expected in ["<h1>3-D Secure</h1>", "25.00 USD", ">Confirm<", ">Refuse<"] {
        assert!(english.contains(expected), "{expected}");
    }
    assert!(!english.contains("<script"));
    for ukrainian in [look(page.clone(), "uk-UA,uk;q=0.9").await, look(format!("{page}&lang=uk"), "en").await]
    {
        assert!(ukrainian.contains(">Підтвердити<") && ukrainian.contains(">Відмовити<"));
    }
}

#[tokio::test]
async fn the_page_of_a_question_that_is_over_leads_back() {
    let shop = Shop::open().await;
    let payer = Payer::at(&shop).await;
    let page = payer.sent_to_the_bank().await;
    payer.press("refuse", RETURN_URL).await;
    let shown = send(shop.http.get(&page)).await.text;
    assert!(shown.contains("asks nothing") && !shown.contains("<form"));
    assert!(shown.contains(&format!("<a href=\"{RETURN_URL}\">")));
    let again = payer.press("accept", RETURN_URL).await;
    assert!(again.status == 409 && again.text.contains("asks nothing"), "{}", again.text);
}

#[tokio::test]
async fn a_wrong_secret_finds_no_question() {
    let shop = Shop::open().await;
    let mut payer = Payer::at(&shop).await;
    let mut page = Url::parse(&payer.sent_to_the_bank().await).unwrap();
    page.set_query(Some("client_secret=guessed"));
    assert_eq!(send(shop.http.get(page)).await.status, 404);
    payer.secret = "guessed".to_owned();
    for decision in ["accept", "refuse"] {
        assert_eq!(payer.tell(decision).await.status, 404, "{decision}");
    }
    assert_eq!(payer.payment().await["status"], "requires_action");
}

#[tokio::test]
async fn an_open_question_ends_with_another_card_or_a_cancellation() {
    let shop = Shop::open().await;
    let (other_card, canceled) = (Payer::at(&shop).await, Payer::at(&shop).await);
    other_card.sent_to_the_bank().await;
    assert_eq!(other_card.confirm("pm_card_visa_chargeDeclined", &[]).await.status, 402);
    assert_eq!(other_card.payment().await["next_action"], Value::Null);
    assert_eq!(other_card.tell("accept").await.status, 409);
    assert_eq!(other_card.confirm("pm_card_visa", &[]).await.json()["status"], "succeeded");

    canceled.sent_to_the_bank().await;
    let path = format!("/v1/payment_intents/{}/cancel", canceled.id);
    let ended = shop.post(&path, "").await.json();
    assert_eq!((&ended["status"], &ended["next_action"]), (&"canceled".into(), &Value::Null));
    assert_eq!(canceled.tell("accept").await.status, 409);
}

#[tokio::test]
async fn an_open_question_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stripe.json");
    let shop = Shop::with(simulator().with_state_file(&file)).await;
    let payer = Payer::at(&shop).await;
    payer.sent_to_the_bank().await;
    let (id, asked) = (payer.id.clone(), payer.payment().await);
    shop.stripe.shutdown().await;

    let shop = Shop::with(simulator().with_state_file(&file)).await;
    assert_eq!(shop.stripe.payment_intents(), [asked]);
    assert_eq!(shop.stripe.authenticate(&id, true).await.unwrap()["status"], "succeeded");
    assert!(shop.stripe.authenticate(&id, true).await.is_err());
}
