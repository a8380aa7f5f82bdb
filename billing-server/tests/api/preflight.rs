//! Services that are not in Rust hold and take money by four calls.
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, Api, Launch, Server, Service, beside_sandbox, change_account, eventually, new_key, sqlite_url,
    token,
};

const PRICES: &str = r#"
body_limit_bytes = 1024
units.token.price = "0.001"
[operations]
free = "free"
ask = { base = "0.01", units = [
    { unit = "token", argument = "budget", counts = { quick = 10, deep = 500 }, default = "quick" },
] }
one = { fixed = "1.00" }
search = { fixed = "0.0125" }
"#;

/// A sandbox, a service, and a user with some money.
struct Setting {
    launch: Launch,
    server: Server,
    service: Service,
    user: Api,
}

impl Setting {
    async fn new() -> Self {
        Self::with(|launch| launch).await
    }

    async fn with(change: impl FnOnce(Launch) -> Launch) -> Self {
        let launch =
            Launch::sandbox().with_file("prices.toml", PRICES).with_env("PRICES_FILE", "prices.toml");
        let launch = change(launch);
        let server = launch.start().await;
        let service = Service::beside(&launch, &server);
        let user = server.api_as("anna");
        Self { launch, server, service, user }
    }

    async fn fund(&self, usd: &str) {
        self.user.create_payment(usd).await.pay(&self.server.stripe()).await;
    }

    /// Places a hold on the user's money.
    async fn authorize(&self, id: Uuid, operation: &str) -> Answer {
        self.service.post("authorize", &hold(id, operation)).await
    }

    /// The figures of the balance: posted, available, held.
    async fn balance(&self) -> [String; 3] {
        let told = self.user.get("/api/billing/balance").await.expect(200);
        ["balance_usd", "available_usd", "held_usd"].map(|figure| told.raw(figure))
    }

    async fn expect_balance(&self, figures: [&str; 3]) {
        assert_eq!(self.balance().await, figures);
    }

    fn verify(&self) {
        let verified = beside_sandbox(&self.launch).printed(&["verify"]);
        assert!(verified.contains("the books balance"), "{verified}");
    }

    async fn change_account(&self, change: &str) {
        change_account(&sqlite_url(&self.launch.sandbox_folder()), "anna", change).await;
    }
}

fn new_id() -> Uuid {
    Uuid::now_v7()
}

fn hold(id: Uuid, operation: &str) -> Value {
    json!({ "hold_id": id, "account": "anna", "operation": operation })
}

fn name(id: Uuid) -> Value {
    json!({ "hold_id": id, "account": "anna" })
}

fn cost(id: Uuid, usd: &str) -> Value {
    json!({ "hold_id": id, "account": "anna", "amount_usd": usd })
}

fn time(answer: &Answer, field: &str) -> DateTime<Utc> {
    answer.json()[field].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_call_is_held_extended_and_captured() {
    let setting = Setting::new().await;
    setting.fund("10").await;
    let id = new_id();
    let asked = json!({
        "hold_id": id, "account": "anna", "operation": "search", "arguments": {"q": [1, null]}, "ttl_seconds": 60
    });
    let held = setting.service.post("authorize", &asked).await.expect(200);
    let expires_at = time(&held, "expires_at");
    let told = format!(
        concat!(
            r#"{{"hold_id":"{id}","account":"anna","operation":"search","free":false,"amount_usd":0.0125,"#,
            r#""held_usd":0.0125,"available_usd":9.9875,"expires_at":{expires_at},"#,
            r#""breakdown":{{"price":"fixed","base":0.0125}},"would_refuse":null}}"#
        ),
        id = id,
        expires_at = held.raw("expires_at"),
    );
    assert_eq!(held.text, told);
    setting.expect_balance(["10.00", "9.9875", "0.0125"]).await;

    let longer = json!({ "hold_id": id, "account": "anna", "ttl_seconds": 3_600 });
    let extended = setting.service.post("extend", &longer).await.expect(200);
    let told = format!(
        r#"{{"hold_id":"{id}","held_usd":0.0125,"available_usd":9.9875,"expires_at":{}}}"#,
        extended.raw("expires_at")
    );
    assert_eq!(extended.text, told);
    assert!(time(&extended, "expires_at") > expires_at + TimeDelta::minutes(50));
    // A hold never loses time; without a word it gets as much as any other.
    let same = setting.service.post("extend", &name(id)).await.expect(200);
    assert_eq!(same.raw("expires_at"), extended.raw("expires_at"));

    let breakdown = held.raw("breakdown");
    let body = format!(r#"{{"hold_id":"{id}","account":"anna","amount_usd":0.004,"breakdown":{breakdown}}}"#);
    let captured = setting.service.send("capture", body).await.expect(200);
    let told = format!(
        r#"{{"hold_id":"{id}","charged_usd":0.004,"uncollected_usd":0.00,"balance_usd":9.996,"late":false}}"#
    );
    assert_eq!(captured.text, told);
    setting.expect_balance(["9.996", "9.996", "0.00"]).await;
    let history = setting.user.get("/api/billing/history?type=charge").await.expect(200).json();
    let charge = &history["transactions"][0];
    assert_eq!(
        (&charge["request_id"], &charge["operation"], &charge["breakdown"]["price"]),
        (&json!(id), &json!("search"), &json!("fixed"))
    );
    setting.verify();
}

#[tokio::test]
async fn a_hold_is_voided_and_a_void_on_its_way_before_the_hold_wins() {
    let setting = Setting::new().await;
    setting.fund("10").await;
    let id = new_id();
    setting.authorize(id, "one").await.expect(200);
    for _ in 0..2 {
        let voided = setting.service.post("void", &name(id)).await.expect(200);
        assert_eq!(voided.text, format!(r#"{{"hold_id":"{id}"}}"#));
    }
    setting.expect_balance(["10.00", "10.00", "0.00"]).await;
    let early = new_id();
    setting.service.post("void", &name(early)).await.expect(200);
    let refused = setting.authorize(early, "one").await.expect_error(409, "HOLD_CLOSED");
    assert!(refused.text.contains("is already voided"), "{}", refused.text);
    setting.expect_balance(["10.00", "10.00", "0.00"]).await;
    assert_eq!(setting.user.history_len().await, 1);
    setting.verify();
}

#[tokio::test]
async fn every_call_can_be_repeated() {
    let setting = Setting::new().await;
    setting.fund("10").await;
    let id = new_id();
    let first = setting.authorize(id, "one").await.expect(200);
    for _ in 0..3 {
        assert_eq!(setting.authorize(id, "one").await.expect(200).text, first.text);
    }
    setting.expect_balance(["10.00", "9.00", "1.00"]).await;
    let captured = setting.service.post("capture", &cost(id, "0.5")).await.expect(200);
    for _ in 0..3 {
        assert_eq!(setting.service.post("capture", &cost(id, "0.50")).await.expect(200).text, captured.text);
    }
    setting.expect_balance(["9.50", "9.50", "0.00"]).await;

    // The same id for something else.
    setting.authorize(id, "search").await.expect_error(409, "ID_REUSED");
    setting.service.post("capture", &cost(id, "0.51")).await.expect_error(409, "ID_REUSED");
    // The call has ended: a repeat must not run it again.
    for (call, body) in [("authorize", hold(id, "one")), ("void", name(id)), ("extend", name(id))] {
        let refused = setting.service.post(call, &body).await.expect_error(409, "HOLD_CLOSED");
        assert!(refused.text.contains("is already captured"), "{}", refused.text);
    }
    setting.expect_balance(["9.50", "9.50", "0.00"]).await;
    setting.verify();
}

#[tokio::test]
async fn the_service_may_name_the_amount_and_spend_more_or_nothing() {
    let setting = Setting::new().await;
    setting.fund("10").await;
    let authorize = async |id: Uuid, amount: Value| {
        let asked = json!({ "hold_id": id, "account": "anna", "operation": "unknown", "amount_usd": amount });
        setting.service.post("authorize", &asked).await
    };
    let id = new_id();
    let held = authorize(id, json!("2.5")).await.expect(200);
    assert_eq!(
        (held.raw("amount_usd"), held.raw("held_usd"), held.raw("breakdown")),
        ("2.50".into(), "2.50".into(), "null".into())
    );
    // Above the hold, what there is.
    let captured = setting.service.post("capture", &cost(id, "12")).await.expect(200);
    assert_eq!(
        ["charged_usd", "uncollected_usd", "balance_usd"].map(|field| captured.raw(field)),
        ["10.00", "2.00", "0.00"]
    );
    let nothing = new_id();
    authorize(nothing, json!(0)).await.expect(200);
    assert_eq!(
        setting.service.post("capture", &cost(nothing, "0")).await.expect(200).raw("charged_usd"),
        "0.00"
    );
    setting.verify();
}

#[tokio::test]
async fn what_is_free_holds_nothing() {
    let setting = Setting::new().await;
    let id = new_id();
    let free = setting.authorize(id, "free").await.expect(200);
    let told = format!(
        concat!(
            r#"{{"hold_id":"{}","account":"anna","operation":"free","free":true,"amount_usd":0.00,"held_usd":0.00,"#,
            r#""available_usd":null,"expires_at":null,"breakdown":null,"would_refuse":null}}"#
        ),
        id
    );
    assert_eq!(free.text, told);
    setting.service.post("capture", &cost(id, "0")).await.expect_error(404, "HOLD_NOT_FOUND");
    assert_eq!(setting.user.history_len().await, 0);
}

#[tokio::test]
async fn refusals_of_money_are_those_of_the_charge_layer() {
    let setting = Setting::new().await;
    let refused = setting.authorize(new_id(), "one").await.expect_error(402, "INSUFFICIENT_BALANCE");
    assert_eq!(refused.text, setting.user.call("one").await.expect(402).text);
    assert!(refused.json()["topup_url"].as_str().unwrap().ends_with("/topup"), "{}", refused.text);
    assert_eq!(refused.json()["balance"]["shortfall_usd"], 1.0);

    setting.fund("10").await;
    setting.user.put("/api/billing/settings", r#"{"daily_limit_usd": "0.5"}"#).await.expect(200);
    let limited = setting.authorize(new_id(), "one").await.expect_error(429, "DAILY_LIMIT_EXCEEDED");
    assert!(limited.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(limited.json()["limits"]["daily_limit_usd"], 0.5);
    setting
        .user
        .put("/api/billing/settings", r#"{"daily_limit_usd": 5, "monthly_limit_usd": 0.5}"#)
        .await
        .expect(200);
    let limited = setting.authorize(new_id(), "one").await.expect_error(429, "MONTHLY_LIMIT_EXCEEDED");
    assert!(limited.header("retry-after").parse::<u64>().unwrap() > 0);

    setting.change_account("suspended = 1").await;
    setting.authorize(new_id(), "one").await.expect_error(403, "ACCOUNT_SUSPENDED");
    setting.change_account("suspended = 0").await;
    setting.expect_balance(["10.00", "10.00", "0.00"]).await;
    let log = setting.server.log();
    assert!(log.contains("Insufficient balance of account anna"), "{log}");
    setting.verify();
    // As a take-back leaves it; the books no longer say so.
    setting.change_account("posted = -1000000").await;
    setting.authorize(new_id(), "one").await.expect_error(402, "IN_DEBT");
}

#[tokio::test]
async fn an_account_that_is_not_billed_calls_for_nothing() {
    let setting = Setting::new().await;
    setting.user.get("/api/billing/balance").await.expect(200);
    setting.change_account("billing_enabled = 0").await;
    let id = new_id();
    let held = setting.authorize(id, "one").await.expect(200);
    assert_eq!(
        ["free", "amount_usd", "held_usd", "available_usd"].map(|field| held.raw(field)),
        ["false", "1.00", "0.00", "0.00"]
    );
    let captured = setting.service.post("capture", &cost(id, "1")).await.expect(200);
    assert_eq!(["charged_usd", "uncollected_usd"].map(|field| captured.raw(field)), ["0.00", "0.00"]);
    setting.verify();
}

#[tokio::test]
async fn what_can_not_be_is_told_and_changes_nothing() {
    let setting = Setting::new().await;
    setting.fund("10").await;
    let id = new_id();
    for operation in ["unknown", "Search"] {
        setting.authorize(id, operation).await.expect_error(404, "UNKNOWN_OPERATION");
    }
    let ahead = Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::NoContext,
        u64::try_from((Utc::now() + TimeDelta::days(2)).timestamp()).unwrap(),
        0,
    ));
    for bad in [Uuid::nil(), Uuid::max(), ahead] {
        for operation in ["one", "free"] {
            setting.authorize(bad, operation).await.expect_error(422, "INVALID_ID");
        }
        for (call, body) in [("capture", cost(bad, "1")), ("void", name(bad)), ("extend", name(bad))] {
            setting.service.post(call, &body).await.expect_error(422, "INVALID_ID");
        }
    }
    for (call, body) in [("capture", cost(id, "1")), ("extend", name(id))] {
        setting.service.post(call, &body).await.expect_error(404, "HOLD_NOT_FOUND");
    }
    for (field, value, code) in [
        ("hold_id", json!("abc"), "INVALID_JSON"),
        ("hold_id", json!(7), "INVALID_JSON"),
        ("account", json!(""), "INVALID_JSON"),
        ("account", json!("@revenue"), "INVALID_JSON"),
        ("operation", json!("a\u{0}b"), "INVALID_JSON"),
        ("amount_usd", json!(-1), "INVALID_AMOUNT"),
        ("amount_usd", json!("ten"), "INVALID_AMOUNT"),
        ("amount_usd", json!("0.0000001"), "INVALID_AMOUNT"),
        ("ttl_seconds", json!(0), "INVALID_TTL"),
        ("ttl_seconds", json!(86_401), "INVALID_TTL"),
        ("ttl_seconds", json!(1.5), "INVALID_JSON"),
        ("ttl_seconds", json!(-1), "INVALID_JSON"),
        // A misspelled amount must not become another price.
        ("amount", json!(1), "INVALID_JSON"),
    ] {
        let mut body = hold(id, "one");
        body[field] = value.clone();
        let refused = setting.service.post("authorize", &body).await.expect_error(400, code);
        assert!(code == "INVALID_JSON" || refused.text.contains(field), "{field} {value}: {}", refused.text);
    }
    let held = new_id();
    setting.authorize(held, "one").await.expect(200);
    for (field, value, code) in [
        ("amount_usd", Value::Null, "INVALID_AMOUNT"),
        ("amount_usd", json!(-1), "INVALID_AMOUNT"),
        ("breakdown", json!([1]), "INVALID_BREAKDOWN"),
        ("breakdown", json!({ "long": "x".repeat(9_000) }), "INVALID_BREAKDOWN"),
    ] {
        let mut body = cost(held, "1");
        body[field] = value;
        setting.service.post("capture", &body).await.expect_error(400, code);
    }
    for (call, body) in [("authorize", "{"), ("capture", "[]"), ("void", "{}"), ("extend", "null")] {
        setting.service.send(call, body).await.expect_error(400, "INVALID_JSON");
    }
    // The hold is another's, as far as others are told.
    let other = json!({ "hold_id": held, "account": "borys", "amount_usd": 1 });
    setting.service.post("capture", &other).await.expect_error(404, "HOLD_NOT_FOUND");
    setting.expect_balance(["10.00", "9.00", "1.00"]).await;
    setting.verify();
}

#[tokio::test]
async fn the_price_may_depend_on_the_arguments() {
    let setting = Setting::new().await;
    setting.fund("10").await;
    let authorize = async |arguments: Value| {
        let mut asked = hold(new_id(), "ask");
        asked["arguments"] = arguments;
        setting.service.post("authorize", &asked).await
    };
    // Nothing said is not nothing meant.
    setting.authorize(new_id(), "ask").await.expect_error(422, "INVALID_CALL");
    assert_eq!(authorize(json!({})).await.expect(200).raw("held_usd"), "0.02");
    let deep = authorize(json!({ "budget": "deep" })).await.expect(200);
    assert_eq!(deep.raw("held_usd"), "0.51");
    assert_eq!(deep.json()["breakdown"]["units"][0]["count"], 500);
    // As the price is quoted.
    let path = "/api/billing/price?operation=ask&arguments=%7B%22budget%22%3A%22deep%22%7D";
    let quoted = setting.user.get(path).await.expect(200);
    assert_eq!((quoted.raw("amount_usd"), quoted.raw("breakdown")), ("0.51".into(), deep.raw("breakdown")));
    authorize(json!({ "budget": "deeper" })).await.expect_error(422, "INVALID_CALL");
    authorize(json!({ "q": "x".repeat(2_000) })).await.expect_error(413, "BODY_TOO_LARGE");
    setting.expect_balance(["10.00", "9.47", "0.53"]).await;
}

#[tokio::test]
async fn without_prices_the_service_has_to_name_the_amount() {
    let launch = Launch::serve();
    let server = launch.start().await;
    let service = Service::new(&server, &new_key(&launch, "search", &["preflight"]).secret);
    let mut asked = hold(new_id(), "search");
    service.post("authorize", &asked).await.expect_error(422, "NO_PRICES");
    asked["amount_usd"] = json!("0.01");
    service.post("authorize", &asked).await.expect_error(402, "INSUFFICIENT_BALANCE");
}

#[tokio::test]
async fn a_late_capture_takes_what_is_left_and_an_ended_hold_is_not_revived() {
    let setting = Setting::new().await;
    setting.fund("1.5").await;
    let (late, next) = (new_id(), new_id());
    let mut short = hold(late, "one");
    short["ttl_seconds"] = json!(1);
    setting.service.post("authorize", &short).await.expect(200);
    eventually("the end of the hold", async || {
        (setting.balance().await == ["1.50", "1.50", "0.00"].map(str::to_owned)).then_some(())
    })
    .await;
    for (call, body) in [("extend", name(late)), ("authorize", hold(late, "one"))] {
        let refused = setting.service.post(call, &body).await.expect_error(409, "HOLD_CLOSED");
        assert!(refused.text.contains("is already expired"), "{}", refused.text);
    }
    setting.authorize(next, "one").await.expect(200);
    let captured = setting.service.post("capture", &cost(late, "1")).await.expect(200);
    assert_eq!(
        ["charged_usd", "uncollected_usd", "balance_usd", "late"].map(|field| captured.raw(field)),
        ["0.50", "0.50", "1.00", "true"]
    );
    assert_eq!(setting.service.post("capture", &cost(late, "1")).await.expect(200).text, captured.text);
    setting.service.post("capture", &cost(next, "1")).await.expect(200);
    setting.expect_balance(["0.00", "0.00", "0.00"]).await;
    setting.verify();
}

#[tokio::test]
async fn only_a_good_key_with_the_scope_may_hold_money() {
    let setting = Setting::new().await;
    let beside = beside_sandbox(&setting.launch);
    let (exempt, revoked) = (new_key(&beside, "a", &["exempt"]), new_key(&beside, "b", &["preflight"]));
    beside.printed(&["admin", "keys", "revoke", &revoked.id, "--actor", "olena"]);
    let unknown = format!("bk_{}", "0".repeat(64));
    let anybody = setting.server.anybody();
    for call in ["authorize", "capture", "void", "extend"] {
        let path = format!("/api/billing/preflight/{call}");
        let with = async |headers: &[(&str, &str)]| {
            let request = anybody.request(Method::POST, &path).header("content-type", "application/json");
            let request =
                headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            // Who is calling is asked before what for.
            Answer::to(request.body("{")).await
        };
        with(&[]).await.expect_error(401, "UNAUTHORIZED");
        with(&[("authorization", &format!("Bearer {}", token("anna")))])
            .await
            .expect_error(401, "UNAUTHORIZED");
        for bad in [unknown.as_str(), &revoked.secret, "bk_", "abc"] {
            with(&[("x-api-key", bad)]).await.expect_error(401, "INVALID_API_KEY");
        }
        with(&[("authorization", &format!("Bearer {unknown}"))]).await.expect_error(401, "INVALID_API_KEY");
        let refused = with(&[("x-api-key", &exempt.secret)]).await.expect_error(403, "MISSING_SCOPE");
        assert!(refused.text.contains("the scope preflight"), "{}", refused.text);
    }
    assert!(!setting.server.log().contains("bk_"));
}

#[tokio::test]
async fn a_server_that_only_observes_refuses_nothing() {
    let setting = Setting::with(|launch| launch.with_env("PREFLIGHT", "observe")).await;
    let id = new_id();
    let held = setting.authorize(id, "one").await.expect(200);
    assert_eq!(
        ["free", "amount_usd", "held_usd", "would_refuse"].map(|field| held.raw(field)),
        ["false", "1.00", "0.00", "\"insufficient_funds\""]
    );
    let captured = setting.service.post("capture", &cost(id, "1")).await.expect(200);
    assert_eq!(
        ["charged_usd", "uncollected_usd", "balance_usd"].map(|field| captured.raw(field)),
        ["0.00", "1.00", "0.00"]
    );
    assert_eq!(setting.authorize(new_id(), "unknown").await.expect(200).raw("free"), "true");
    setting.fund("10").await;
    assert_eq!(setting.authorize(new_id(), "one").await.expect(200).raw("would_refuse"), "null");
    setting.verify();
}

#[tokio::test]
async fn a_server_that_does_not_bill_holds_nothing() {
    let setting = Setting::with(|launch| launch.with_env("PREFLIGHT", "off")).await;
    for operation in ["one", "unknown"] {
        assert_eq!(setting.authorize(new_id(), operation).await.expect(200).raw("free"), "true");
    }
    assert_eq!(setting.user.history_len().await, 0);
}
