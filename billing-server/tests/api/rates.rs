//! Payments in hryvnias at the National Bank's rate: as it was when they were quoted, and none where nobody knows it.
use billing_testkit::simulators::bank::{Answer as BankAnswer, BankSimulator};
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::{
    market::{Market, credited},
    orders::{Provider, Wish},
    support::{Answer, Api, Server, postgres_url},
};

const QUOTE: &str = "/api/billing/quote";
const CREATE: &str = "/api/billing/payment/fondy/create";

/// A shop whose rates are a simulated bank's.
struct Exchange {
    market: Market,
    bank: BankSimulator,
    database: PgConnection,
}

impl Exchange {
    async fn open(usd_in_uah: &str) -> Self {
        let url = postgres_url().await;
        let bank = BankSimulator::start(([127, 0, 0, 1], 0).into()).await.unwrap();
        bank.set_rate(usd_in_uah, "25.11.2026");
        let mut market = Market::open(&url).await;
        let launch = market.shop.launch.with_env("EXCHANGE_RATES", "nbu");
        market.shop.launch = launch.with_env("NBU_API_BASE", bank.base_url());
        Self { market, bank, database: PgConnection::connect(&url).await.unwrap() }
    }

    /// As if so many hours had passed, in which nobody asked for a rate.
    async fn restart_after_hours(&mut self, server: Server, hours: u32) -> Server {
        assert!(server.stop().success());
        let age = format!("UPDATE exchange_rates SET as_of = as_of - interval '{hours} hours'");
        self.database.execute(sqlx::AssertSqlSafe(age)).await.unwrap();
        self.market.start().await
    }

    /// Nothing was stored of what was refused.
    async fn assert_no_payments(&mut self) {
        assert_eq!(self.market.operate(&["payments", "list"]).await.printed(), "");
        assert!(self.market.orders(Provider::Fondy).is_empty());
        let quotes: i64 = sqlx::query_scalar("SELECT count(*) FROM exchange_quotes")
            .fetch_one(&mut self.database)
            .await
            .unwrap();
        assert_eq!(quotes, 0);
    }
}

async fn quote(api: &Api, uah: &str) -> Answer {
    api.post(QUOTE, format!(r#"{{"amount_uah": {uah}}}"#)).await
}

async fn create(api: &Api, uah: &str, quote: Option<&str>) -> Answer {
    let body = match quote {
        Some(quote) => format!(r#"{{"amount_uah": {uah}, "quote_id": "{quote}"}}"#),
        None => format!(r#"{{"amount_uah": {uah}}}"#),
    };
    api.post(CREATE, body).await
}

/// A text of an answer.
fn text(answer: &Answer, field: &str) -> String {
    answer.json()[field].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_holds_for_its_payment_whatever_the_bank_says_later() {
    let mut exchange = Exchange::open("40.0000").await;
    let server = exchange.market.start().await;
    let anna = server.api_as("anna");
    let quoted = quote(&anna, "1000").await.expect(200);
    assert_eq!((quoted.raw("amount_usd"), quoted.raw("amount_uah")), ("25.00".into(), "1000.00".into()));
    assert_eq!((text(&quoted, "usd_in_uah"), text(&quoted, "source")), ("40".into(), "nbu".into()));
    let unquoted = create(&anna, "500", None).await.expect(200);
    assert_eq!(unquoted.raw("amount_usd"), "12.50");
    assert_eq!(exchange.bank.requests().len(), 1, "{:?}", exchange.bank.requests());

    exchange.bank.set_rate("50.0000", "26.11.2026");
    let server = exchange.restart_after_hours(server, 2).await;
    let anna = server.api_as("anna");
    let dearer = quote(&anna, "1000").await.expect(200);
    assert_eq!(dearer.raw("amount_usd"), "20.00");
    let mut orders = vec![text(&unquoted, "orderId")];
    for (quoted, usd) in [(&quoted, "25.00"), (&dearer, "20.00")] {
        let created = create(&anna, "1000", Some(&text(quoted, "quote_id"))).await.expect(200);
        assert_eq!(created.raw("amount_usd"), usd);
        orders.push(text(&created, "orderId"));
    }
    for order in &orders {
        exchange.market.pay(Provider::Fondy, order).await;
    }
    let mut credits: Vec<_> =
        credited(&anna).await.into_iter().map(|top_up| top_up.usd.to_string()).collect();
    credits.sort();
    assert_eq!(credits, ["12.50", "20.00", "25.00"]);
    assert_eq!(anna.balance("balance_usd").await, "57.50");
    exchange.market.shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_is_for_one_account_one_amount_and_a_while() {
    let mut exchange = Exchange::open("41.4851").await;
    let server = exchange.market.start().await;
    let (anna, borys) = (server.api_as("anna"), server.api_as("borys"));
    let quoted = text(&quote(&anna, "1000").await.expect(200), "quote_id");
    create(&borys, "1000", Some(&quoted)).await.expect_error(404, "QUOTE_NOT_FOUND");
    let unknown = "018f0000-0000-7000-8000-000000000000";
    create(&anna, "1000", Some(unknown)).await.expect_error(404, "QUOTE_NOT_FOUND");
    create(&anna, "1000.01", Some(&quoted)).await.expect_error(409, "QUOTE_OF_OTHER_AMOUNT");
    for nonsense in ["", "nonsense", "018f0000"] {
        create(&anna, "1000", Some(nonsense)).await.expect_error(400, "INVALID_QUOTE");
    }
    for body in
        [json!({}), json!({ "amount_uah": 0 }), json!({ "amount_uah": 1 }), json!({ "amount_uah": "1,5" })]
    {
        anna.post(QUOTE, body.to_string()).await.expect_error(400, "INVALID_AMOUNT");
    }
    server.anybody().post(QUOTE, r#"{"amount_uah": 1000}"#).await.expect(401);
    assert_eq!(exchange.market.operate(&["payments", "list"]).await.printed(), "");

    let late = "UPDATE exchange_quotes SET valid_until = created_at - interval '1 second'";
    exchange.database.execute(late).await.unwrap();
    create(&anna, "1000", Some(&quoted)).await.expect_error(409, "QUOTE_EXPIRED");
    assert_eq!(exchange.market.operate(&["payments", "list"]).await.printed(), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_rate_payments_in_hryvnias_wait_and_others_go_on() {
    let mut exchange = Exchange::open("41.4851").await;
    exchange.bank.set_answer(BankAnswer::Status(503));
    let server = exchange.market.start().await;
    let anna = server.api_as("anna");
    let wish = Wish::new(Provider::Fondy, 100_000);
    for refused in [quote(&anna, "1000").await, create(&anna, "1000", None).await, wish.ask(&anna).await] {
        assert_eq!(refused.expect_error(503, "EXCHANGE_RATE_UNAVAILABLE").header("retry-after"), "60");
    }
    exchange.assert_no_payments().await;
    let balance = anna.get("/api/billing/balance").await.expect(200);
    assert_eq!(balance.raw("balance_uah"), "null");
    let dollars = Wish::new(Provider::Stripe, 1_000).order(&anna).await;
    exchange.market.pay(Provider::Stripe, &dollars.order).await;
    assert_eq!(anna.balance("balance_usd").await, "10.00");

    // A bank that failed is left alone for a minute, but for a new process. The same key goes on.
    exchange.bank.set_answer(BankAnswer::Rates);
    let server = exchange.restart_after_hours(server, 0).await;
    let anna = server.api_as("anna");
    let created = wish.ask(&anna).await.expect(200);
    assert_eq!(created.raw("amount_usd"), "24.10504");
    exchange.market.pay(Provider::Fondy, &text(&created, "orderId")).await;
    assert_eq!(credited(&anna).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_good_rate_outlives_its_process_until_it_is_too_old() {
    let mut exchange = Exchange::open("40.0000").await;
    let server = exchange.market.start().await;
    quote(&server.api_as("anna"), "1000").await.expect(200);
    exchange.bank.set_answer(BankAnswer::Garbage);
    let server = exchange.restart_after_hours(server, 30).await;
    let asked = exchange.bank.requests().len();
    let quoted = quote(&server.api_as("anna"), "1000").await.expect(200);
    assert_eq!((quoted.raw("amount_usd"), text(&quoted, "usd_in_uah")), ("25.00".into(), "40".into()));
    assert_eq!(exchange.bank.requests().len(), asked + 1, "the bank is asked first");

    let server = exchange.restart_after_hours(server, 7).await;
    let anna = server.api_as("anna");
    let refused = quote(&anna, "1000").await.expect_error(503, "EXCHANGE_RATE_UNAVAILABLE");
    assert_eq!(refused.header("retry-after"), "60");
    // What was quoted while there was a rate is still good.
    let created = create(&anna, "1000", Some(&text(&quoted, "quote_id"))).await.expect(200);
    assert_eq!(created.raw("amount_usd"), "25.00");
    exchange.market.pay(Provider::Fondy, &text(&created, "orderId")).await;
    assert_eq!(anna.balance("balance_usd").await, "25.00");
}
