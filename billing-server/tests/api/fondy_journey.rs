//! A top-up through Fondy as a payer sees it: quote, payment page, the way back, balance.
use billing_testkit::simulators::fondy::{DeliveryPlan, PayTerms};
use reqwest::{Client, Method, redirect::Policy};
use serde_json::Value;

use crate::{
    fondy_shop::{FondyShop, create_order},
    support::{Answer, Api, Server},
};

const CREATE: &str = "/api/billing/payment/fondy/create";
const QUOTE: &str = "/api/billing/quote";

/// A browser that shows where it is sent instead of going there.
fn browser() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

/// What stands between two marks of a page.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let from = page.find(start).unwrap_or_else(|| panic!("no {start} in {page}")) + start.len();
    &page[from..from + page[from..].find(end).unwrap()]
}

async fn page(request: reqwest::RequestBuilder) -> Answer {
    Answer::to(request.header("accept", "text/html").header("accept-language", "uk")).await
}

/// Comes back by a form from Fondy's site, with these fields; answers where the browser is sent then.
async fn come_back(url: &str, fields: &[(&str, &str)]) -> String {
    let form =
        browser().post(url).header("origin", "http://127.0.0.1:1").header("sec-fetch-site", "cross-site");
    let sent = Answer::to(form.form(fields)).await.expect(303);
    assert_eq!(sent.text, "");
    sent.header("location").to_owned()
}

fn status_path(id: &str) -> String {
    format!("/api/billing/payment/fondy/{id}/status")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hryvnias_become_dollars() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let (anna, borys) = (server.api_as("anna"), server.api_as("borys"));
    let quote = anna.post(QUOTE, r#"{"amount_uah": "415.00"}"#).await.expect(200);
    assert_eq!((quote.raw("amount_usd"), quote.raw("usd_in_uah")), ("10.00".into(), r#""41.50""#.into()));
    let quote_id = quote.json()["quote_id"].as_str().unwrap().to_owned();
    let body = format!(r#"{{"amount_uah": 415, "quote_id": "{quote_id}"}}"#);
    let started = anna.post(CREATE, body).await.expect(200);
    assert_eq!((started.raw("amount_uah"), started.raw("amount_usd")), ("415.00".into(), "10.00".into()));
    let [url, id] = ["paymentUrl", "paymentId"].map(|name| started.json()[name].as_str().unwrap().to_owned());
    let offered = server.anybody().get("/api/billing/payment/providers").await.expect(200).json();
    let origin = offered["providers"][0]["checkout_origin"].as_str().unwrap();
    assert!(url.starts_with(&format!("{origin}/")), "{url} {origin}");

    let checkout = page(browser().get(&url)).await.expect(200);
    assert!(checkout.text.contains("415.00 UAH"), "{}", checkout.text);
    let pay = between(&checkout.text, "<form method=\"post\" action=\"", "\"");
    let card = [("card_number", "4444 5555 6666 1111"), ("lang", "uk")];
    let paid = page(browser().post(format!("{origin}{pay}")).form(&card)).await.expect(200);
    assert_eq!(anna.balance("balance_usd").await, "10.00");

    let back = between(&paid.text, "action=\"", "\"");
    assert_eq!(back, format!("{}/payment/fondy/return?payment={id}", server.url));
    let location = come_back(back, &[("order_status", "approved"), ("order_id", &id)]).await;
    let thanks = page(browser().get(format!("{}{location}", server.url))).await.expect(200);
    // The dashboard's page, or a plain one where the program was built without it.
    let is_plain = thanks.text.contains("Дякуємо") && thanks.text.contains("Thank you");
    assert!(is_plain || thanks.text.contains("<div id=\"root\">"), "{}", thanks.text);
    for told in [&id, "415.00", "10.00", "anna", "approved", "succeeded"] {
        assert!(!thanks.text.contains(told), "{told} in {}", thanks.text);
    }
    assert!(thanks.header("content-security-policy").starts_with("default-src 'none'"));

    let status = anna.get(&status_path(&id)).await.expect(200);
    let figures =
        ["status", "amount", "currency", "amount_usd", "needs_review"].map(|field| status.raw(field));
    assert_eq!(figures, [r#""succeeded""#, "415.00", r#""UAH""#, "10.00", "null"]);
    borys.get(&status_path(&id)).await.expect_error(404, "PAYMENT_NOT_FOUND");
    server.anybody().get(&status_path(&id)).await.expect(401);
    let history = anna.get("/api/billing/history").await.expect(200).json();
    let line = &history["transactions"][0];
    assert_eq!((&line["payment_provider"], &line["payment_id"]), (&"fondy".into(), &id.as_str().into()));
    assert_eq!((anna.history_len().await, borys.history_len().await), (1, 0));
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_is_believed_nothing_and_makes_us_ask() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    shop.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    let (unpaid, paid) = (create_order(&anna, "415").await, create_order(&anna, "830").await);
    shop.fondy.pay(&paid.id, &PayTerms::new()).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    let back = |id: &str| format!("{}/payment/fondy/return?payment={id}", server.url);

    let claims = shop.callback(&paid, "approved");
    let mut claims: Vec<_> =
        claims.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    claims.push(("order_id", &unpaid.id));
    come_back(&back(&unpaid.id), &claims).await;
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    come_back(&back(&paid.id), &[("order_status", "declined")]).await;
    assert_eq!(anna.balance("balance_usd").await, "20.00");

    let nobodys = uuid::Uuid::now_v7().to_string();
    for id in [&nobodys, "", "x", "%00", "%0d%0aset-cookie:a=b", "../../admin"] {
        let location = come_back(&back(id), &[("a", "\u{0}")]).await;
        let known = [back(id).replace(&server.url, ""), "/payment/fondy/return".to_owned()];
        assert!(known.contains(&location), "{location}");
        page(browser().get(back(id))).await.expect(200);
    }
    // Without a query, and with a body that is no form.
    let plain = browser().post(format!("{}/payment/fondy/return", server.url)).body("{");
    assert_eq!(Answer::to(plain).await.expect(303).header("location"), "/payment/fondy/return");
    for provider in ["other", "%00"] {
        let url = format!("{}/payment/{provider}/return?payment={}", server.url, paid.id);
        for method in [Method::GET, Method::POST] {
            Answer::to(browser().request(method, &url)).await.expect_error(404, "UNKNOWN_PROVIDER");
        }
    }
    assert_eq!(anna.balance("balance_usd").await, "20.00");
    assert!(!server.log().contains("status=500"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_amount_in_hryvnias_has_one_form_and_bounds() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let odd = [
        "49.99",
        "100000.01",
        "1000000000",
        "415.001",
        "0",
        "-415",
        "4.15e2",
        "1e400",
        "\"415,00\"",
        "\"4 15\"",
        "\"415 \"",
        "\"\"",
        "\"NaN\"",
        "\"0x19f\"",
        "\"٤١٥\"",
        "null",
        "true",
        "[415]",
        "{}",
    ];
    for amount in odd {
        for path in [CREATE, QUOTE] {
            let answer = anna.post(path, format!(r#"{{"amount_uah": {amount}}}"#)).await;
            answer.expect_error(400, "INVALID_AMOUNT");
        }
    }
    for path in [CREATE, QUOTE] {
        anna.post(path, "{}").await.expect_error(400, "INVALID_AMOUNT");
        anna.post(path, r#"{"amount_usd": 10}"#).await.expect_error(400, "INVALID_AMOUNT");
    }
    assert_eq!(shop.fondy.orders(), Vec::<Value>::new());
    assert_eq!(shop.launch.printed(&["payments", "list"]), "");
    for amount in ["50", "100000", "\"415\"", "415.50"] {
        create_order(&anna, amount).await;
    }
    assert_eq!(shop.fondy.orders().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_is_for_its_owner_and_its_amount() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let (anna, borys) = (server.api_as("anna"), server.api_as("borys"));
    let quote = anna.post(QUOTE, r#"{"amount_uah": 415}"#).await.expect(200).json();
    let quote = quote["quote_id"].as_str().unwrap();
    let create = async |user: &Api, amount: &str, quote: &str| {
        user.post(CREATE, format!(r#"{{"amount_uah": {amount}, "quote_id": "{quote}"}}"#)).await
    };
    create(&borys, "415", quote).await.expect_error(404, "QUOTE_NOT_FOUND");
    let nobodys = uuid::Uuid::now_v7().to_string();
    create(&anna, "415", &nobodys).await.expect_error(404, "QUOTE_NOT_FOUND");
    create(&anna, "416", quote).await.expect_error(409, "QUOTE_OF_OTHER_AMOUNT");
    for odd in ["", "x", "\\u0000"] {
        create(&anna, "415", odd).await.expect_error(400, "INVALID_QUOTE");
    }
    assert_eq!(shop.fondy.orders(), Vec::<Value>::new());

    // The rate moves on; what was quoted stands.
    assert!(server.stop().success());
    shop.launch = shop.launch.clone().with_env("EXCHANGE_RATES", "fixed:USD/UAH=83.00");
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let started = create(&anna, "415.00", quote).await.expect(200);
    assert_eq!(started.raw("amount_usd"), "10.00");
    let id = started.json()["paymentId"].as_str().unwrap().to_owned();
    shop.fondy.pay(&id, &PayTerms::new()).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "10.00");
    let paid = create_order(&anna, "415").await;
    shop.fondy.pay(&paid.id, &PayTerms::new()).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "15.00");
    shop.verify();
}

/// Starts a payment, or asks for a quote, as if through a proxy.
async fn ask(server: &Server, user: &str, path: &str, client: &str) -> Answer {
    let api = server.api_as(user);
    let request = api.request(Method::POST, path).header("content-type", "application/json");
    Answer::to(request.header("x-forwarded-for", client).body(r#"{"amount_uah": 415}"#)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_fast_has_to_wait_and_a_stranger_names_no_other_address() {
    let mut shop = FondyShop::open().await;
    shop.launch = shop.launch.clone().with_env("RATE_LIMIT_PAYMENTS_PER_MINUTE", "1");
    let server = shop.start().await;
    ask(&server, "anna", CREATE, "203.0.113.1").await.expect(200);
    let refused = ask(&server, "anna", CREATE, "203.0.113.2").await.expect_error(429, "RATE_LIMITED");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Five accounts an address; whatever they say of theirs, it is ours.
    for (index, user) in ["borys", "vira", "halyna", "dmytro"].into_iter().enumerate() {
        ask(&server, user, CREATE, &format!("203.0.113.{index}")).await.expect(200);
    }
    ask(&server, "olena", CREATE, "203.0.113.99").await.expect_error(429, "RATE_LIMITED");
    assert_eq!(shop.fondy.orders().len(), 5);
    drop(server);

    shop.launch = shop.launch.clone().with_env("TRUSTED_PROXIES", "127.0.0.0/8");
    let server = shop.start().await;
    for user in ["anna", "borys", "vira", "halyna", "dmytro"] {
        ask(&server, user, CREATE, "203.0.113.1").await.expect(200);
    }
    // What stands to the left of a trusted proxy's word is made up.
    ask(&server, "olena", CREATE, "198.51.100.7, 203.0.113.1").await.expect_error(429, "RATE_LIMITED");
    ask(&server, "taras", CREATE, "203.0.113.1, 203.0.113.2").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_card_ends_the_order_and_another_one_can_be_made() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = create_order(&anna, "415").await;
    let checkout = page(browser().get(&order.url)).await.expect(200);
    let pay = between(&checkout.text, "<form method=\"post\" action=\"", "\"");
    let pay = format!("{}{pay}", shop.fondy.base_url());
    page(browser().post(&pay).form(&[("card_number", "4444111166665555")])).await.expect(200);
    let status = anna.get(&status_path(&order.id)).await.expect(200).json();
    assert_eq!((&status["status"], &status["failure"]["code"]), (&"failed".into(), &"1004".into()));
    // Its page takes no other card.
    let refused = page(browser().post(&pay).form(&[("card_number", "4444555566661111")])).await;
    assert!(refused.status >= 400, "{}", refused.status);
    assert_eq!((anna.balance("balance_usd").await, anna.history_len().await), ("0.00".into(), 0));
    shop.paid(&anna).await;
    assert_eq!(anna.balance("balance_usd").await, "100.00");
}
