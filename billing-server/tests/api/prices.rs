//! What calls cost: quoted, charged, told in the history, and changed while the server runs.
use std::fs;

use reqwest::Method;
use serde_json::value::RawValue;

use crate::support::{Answer, Api, Launch, eventually};

const PRICE: &str = "/api/billing/price";

const PRICES: &str = r#"
body_limit_bytes = 1024
units.token.price = "0.00000238"
[operations]
free = "free"
fixed = { fixed = "0.5" }
search = { base = "0.001", markup_percent = "12.5", units = [
    { unit = "token", argument = "reasoning_budget", counts = { quick = 1000, deep = 5000 }, default = "quick" },
    { unit = "token", length_of = "body", per = 4 },
] }
batch = { batch = { calls = "calls", operation = "name", arguments = "arguments", most = 3 } }
"#;

async fn quote(user: &Api, operation: &str, arguments: &str) -> Answer {
    let query = [("operation", operation), ("arguments", arguments)];
    Answer::to(user.request(Method::GET, PRICE).query(&query)).await
}

/// The newest line of the history: its amount and its breakdown, as they are written.
async fn last_charge(user: &Api) -> (String, String) {
    #[derive(serde::Deserialize)]
    struct Line {
        amount_usd: Box<RawValue>,
        breakdown: Box<RawValue>,
    }
    #[derive(serde::Deserialize)]
    struct Page {
        transactions: Vec<Line>,
    }
    let page = user.get("/api/billing/history?type=charge&limit=1").await.expect(200);
    let page: Page = serde_json::from_str(&page.text).unwrap();
    (page.transactions[0].amount_usd.to_string(), page.transactions[0].breakdown.to_string())
}

/// Quotes a call, makes it, and demands that both come to the same for the same reasons.
async fn charged_as_quoted(user: &Api, operation: &str, arguments: &str) -> (String, String) {
    let quote = quote(user, operation, arguments).await.expect(200);
    let call = user.post(&format!("/api/tools/{operation}"), arguments).await.expect(200);
    assert_eq!(call.header("x-billing-held"), quote.raw("amount_usd"));
    let charge = last_charge(user).await;
    assert_eq!(charge, (quote.raw("amount_usd"), quote.raw("breakdown")));
    charge
}

fn with_prices() -> Launch {
    Launch::sandbox().with_file("prices.toml", PRICES).with_env("PRICES_FILE", "prices.toml")
}

#[tokio::test]
async fn a_call_is_charged_what_was_quoted_and_the_history_tells_why() {
    let server = with_prices().start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;

    // 26 characters: (0.001 + 5007 × 0.00000238) × 1.125 = 0.0145312425
    let (amount, breakdown) = charged_as_quoted(&user, "search", r#"{"reasoning_budget":"deep"}"#).await;
    assert_eq!(amount, "0.014531");
    assert_eq!(
        breakdown,
        concat!(
            r#"{"price":"units","base":0.001,"units":[{"unit":"token","count":5007,"price":0.00000238,"#,
            r#""amount":0.01191666}],"cost":0.01291666,"markup_percent":12.5,"markup_amount":0.0016145825,"#,
            r#""total":0.014531}"#
        )
    );
    let (amount, breakdown) = charged_as_quoted(&user, "fixed", "{}").await;
    assert_eq!((amount.as_str(), breakdown.as_str()), ("0.50", r#"{"price":"fixed","base":0.50}"#));
    let calls = r#"{"calls":[{"name":"search"},{"name":"fixed"},{"name":"free"}]}"#;
    let (amount, breakdown) = charged_as_quoted(&user, "batch", calls).await;
    assert_eq!(amount, "0.503805");
    assert!(breakdown.starts_with(r#"{"price":"batch","calls":3,"#), "{breakdown}");

    let free = quote(&user, "free", "").await.expect(200);
    assert_eq!(
        (free.raw("free"), free.raw("amount_usd"), free.raw("breakdown")),
        ("true".into(), "0.00".into(), "null".into())
    );
    user.call("free").await.expect(200);
    assert_eq!(user.history_len().await, 4);
    assert_eq!(user.balance("held_usd").await, "0.00");
}

#[tokio::test]
async fn what_has_no_price_is_told_the_same_by_both() {
    let server = with_prices().start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;
    let long = format!(r#"{{"q":"{}"}}"#, "x".repeat(2_000));
    for (operation, arguments, status, code) in [
        ("unknown", "{}", 404, "UNKNOWN_OPERATION"),
        ("Search", "{}", 404, "UNKNOWN_OPERATION"),
        ("search", r#"{"reasoning_budget":"deeper"}"#, 422, "INVALID_CALL"),
        ("search", r#"{"reasoning_budget":"quick","reasoning_budget":"deep"}"#, 422, "INVALID_CALL"),
        ("search", "[]", 422, "INVALID_CALL"),
        ("search", "{", 422, "INVALID_CALL"),
        ("search", &long, 413, "BODY_TOO_LARGE"),
        ("batch", r#"{"calls":[{"name":"unknown"}]}"#, 404, "UNKNOWN_OPERATION"),
        ("batch", r#"{"calls":[]}"#, 422, "INVALID_CALL"),
    ] {
        quote(&user, operation, arguments).await.expect_error(status, code);
        user.post(&format!("/api/tools/{operation}"), arguments).await.expect_error(status, code);
    }
    let gzip = user.request(Method::POST, "/api/tools/search").header("content-encoding", "gzip");
    Answer::to(gzip.header("content-type", "application/json").body("{}"))
        .await
        .expect_error(422, "INVALID_CALL");
    for query in ["", "?operation=", "?operation=a%00b", "?operation=search&operation=free"] {
        user.get(&format!("{PRICE}{query}")).await.expect_error(400, "INVALID_QUERY");
    }
    server.anybody().get(&format!("{PRICE}?operation=search")).await.expect_error(401, "UNAUTHORIZED");
    assert_eq!(user.balance("available_usd").await, "10.00");

    let without = Launch::serve().start().await;
    let user = without.api_as("anna");
    user.get(&format!("{PRICE}?operation=search")).await.expect_error(422, "NO_PRICES");
}

#[tokio::test]
async fn an_operator_sets_the_tier_that_prices_go_by() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;
    // (0.001 + 3001 × 0.000002 + 2 × 0.00714) × (1 + (30 + 10) ÷ 100) = 0.0297948
    let by_default = quote(&user, "ask_lawyer", "").await.expect(200);
    assert_eq!(
        (by_default.raw("amount_usd"), by_default.raw("tier")),
        ("0.029795".into(), r#""startup""#.into())
    );
    assert_eq!(charged_as_quoted(&user, "ask_lawyer", "{}").await.0, "0.029795");

    let set = ["admin", "account", "set", "anna", "--tier", "business", "--actor", "olena"];
    let beside = launch.clone().with_env("DATA_DIR", launch.sandbox_folder().display().to_string());
    assert!(beside.printed(&set).contains("tier           business"));
    // A profile is believed for a minute; a server that starts knows none.
    drop(server);
    let server = launch.start().await;
    let user = server.api_as("anna");
    // … × (1 + (50 + 10) ÷ 100) = 0.0340512
    let (amount, breakdown) = charged_as_quoted(&user, "ask_lawyer", "{}").await;
    assert_eq!(amount, "0.034051");
    assert!(
        breakdown.contains(r#""volume":1,"cost":0.021282,"tier":"business","tier_percent":50"#),
        "{breakdown}"
    );
    assert_eq!(user.get("/api/billing/balance").await.raw("pricing_tier"), r#""business""#);
}

#[tokio::test]
async fn prices_are_read_again_without_a_restart() {
    let launch = with_prices();
    let server = launch.start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;
    let write = |prices: &str| fs::write(launch.folder().join("prices.toml"), prices).unwrap();
    let is_quoted = async |operation: &str, amount: &str| {
        let quoted = quote(&user, operation, "").await;
        (quoted.status == 200 && quoted.raw("amount_usd") == amount).then_some(())
    };
    assert_eq!(charged_as_quoted(&user, "fixed", "{}").await.0, "0.50");

    write("[operations]\nfixed = { fixed = \"0.75\" }");
    server.hang_up();
    eventually("the new price", async || is_quoted("fixed", "0.75").await).await;
    assert_eq!(charged_as_quoted(&user, "fixed", "{}").await.0, "0.75");
    user.call("search").await.expect_error(404, "UNKNOWN_OPERATION");
    let is_logged = async || server.log().contains("prices were read again from prices.toml").then_some(());
    eventually("the word of it", is_logged).await;
    let complaints = || server.errors().lines().filter(|line| line.contains("prices")).collect::<String>();
    assert_eq!(complaints(), "");

    write("[operations]\nfixed = { fixed = \"-1\" }");
    server.hang_up();
    let complaint =
        eventually("the complaint", async || Some(complaints()).filter(|told| !told.is_empty())).await;
    assert!(complaint.contains("prices stay as they were"), "{complaint}");
    assert!(complaint.contains("operations.fixed.fixed must be a plain decimal"), "{complaint}");
    assert_eq!(charged_as_quoted(&user, "fixed", "{}").await.0, "0.75");

    write(PRICES);
    server.hang_up();
    eventually("the old price", async || is_quoted("fixed", "0.50").await).await;
    assert_eq!(charged_as_quoted(&user, "search", "{}").await.0, "0.003805");
}
