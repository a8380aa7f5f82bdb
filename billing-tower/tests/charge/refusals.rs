//! What a caller is told who is not let through.
use std::{
    io,
    sync::{Arc, Mutex},
};

use billing_core::{
    AccountChange, Clock, Currency, Ledger, LedgerSettings, ManualClock, MemoryLedger, PaymentId, PostingId,
    Reverse, TopUp,
};
use billing_tower::Refusal;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use tower::{Layer, service_fn};

use crate::support::{Asked, Call, Trouble, TroubledLedger, World, acme, books, hello, read, request, usd};

/// What a call is answered that must not run.
async fn refused(world: &World, request: Request<Empty<Bytes>>) -> Response<Bytes> {
    let layer = world.layer().with_topup_url("https://billing.legal.org.ua/topup");
    let service = layer.layer(service_fn(|_: Call| async { panic!("the call must not run") }));
    let response = read(service, request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    response
}

async fn spend(world: &World, amount: &str) {
    let operation = billing_core::Operation::new("earlier").unwrap();
    let charge = billing_core::Charge::new(PostingId::new(), acme(), usd(amount), operation);
    world.ledger.charge(charge).await.unwrap();
}

#[tokio::test]
async fn without_money_the_answer_is_402_in_the_agreed_form() {
    let world = World::new().await;
    spend(&world, "9.75").await;
    let response = refused(&world, request("/call")).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(
        response.body(),
        concat!(
            r#"{"error":"Insufficient balance","message":"Required: $1.00, Available: $0.25","#,
            r#""code":"INSUFFICIENT_BALANCE","#,
            r#""balance":{"current_usd":0.25,"required_usd":1.00,"shortfall_usd":0.75},"#,
            r#""topup_url":"https://billing.legal.org.ua/topup"}"#
        )
    );
    assert!(!response.headers().contains_key("retry-after"));
    let ledger = Arc::clone(&world.ledger);
    assert_eq!(world.settled().await.posted, usd("0.25"));
    assert_eq!(ledger.count(Asked::Void), 0, "a refusal leaves nothing to settle");
}

#[tokio::test]
async fn in_debt_the_answer_is_402_in_the_same_form() {
    let world = World::new().await;
    let top_up = PostingId::from(PaymentId::new());
    world.ledger.top_up(TopUp::new(top_up, acme(), usd("2"), "stripe")).await.unwrap();
    world.ledger.configure(&acme(), no_limits()).await.unwrap();
    spend(&world, "11.50").await;
    world.ledger.reverse(Reverse::new(acme(), top_up, usd("2"), 1)).await.unwrap();
    let response = refused(&world, request("/call")).await;
    assert_eq!(response.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(
        response.body(),
        concat!(
            r#"{"error":"Account in debt","message":"Required: $1.00, Available: -$1.50","code":"IN_DEBT","#,
            r#""balance":{"current_usd":-1.50,"required_usd":1.00,"shortfall_usd":2.50},"#,
            r#""topup_url":"https://billing.legal.org.ua/topup"}"#
        )
    );
}

fn no_limits() -> AccountChange {
    let mut change = AccountChange::default();
    change.daily_limit = Some(usd("1000"));
    change.monthly_limit = Some(usd("1000"));
    change
}

/// A world whose clock stands at half a second past noon in Kyiv, on the 15th of January 2030.
async fn limited_world(daily: &str, monthly: &str) -> (World, ManualClock) {
    let noon: DateTime<Utc> = "2030-01-15T10:00:00.5Z".parse().unwrap();
    let clock = ManualClock::new(noon);
    let settings = LedgerSettings::new(Currency::USD).with_limits(usd(daily), usd(monthly));
    let books = MemoryLedger::new(settings).with_clock(Arc::new(clock.clone()));
    let world = World::on(TroubledLedger::new(books), 8).await;
    spend(&world, "2").await;
    (world, clock)
}

async fn refused_at(world: &World, clock: &ManualClock) -> Response<Bytes> {
    let layer = world.layer().with_clock(clock.clone()).with_topup_url("https://example.com/topup");
    let service = layer.layer(service_fn(|_: Call| async { panic!("the call must not run") }));
    read(service, request("/call")).await.unwrap()
}

#[tokio::test]
async fn beyond_the_daily_limit_the_answer_is_429_until_midnight() {
    let (world, clock) = limited_world("2.50", "50").await;
    let response = refused_at(&world, &clock).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "43200");
    assert_eq!(
        response.body(),
        concat!(
            r#"{"error":"Daily limit exceeded","#,
            r#""message":"Required: $1.00, Daily limit: $2.50, Spent: $2.00","#,
            r#""code":"DAILY_LIMIT_EXCEEDED","limits":{"daily_limit_usd":2.50,"daily_spent_usd":2.00,"#,
            r#""monthly_limit_usd":50.00,"monthly_spent_usd":2.00,"resets_at":"2030-01-15T22:00:00Z"}}"#
        )
    );
}

#[tokio::test]
async fn beyond_the_monthly_limit_the_answer_is_429_until_the_month_ends() {
    let (world, clock) = limited_world("50", "2.50").await;
    let response = refused_at(&world, &clock).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let resets_at: DateTime<Utc> = "2030-01-31T22:00:00Z".parse().unwrap();
    let seconds = (resets_at - clock.now()).num_seconds() + 1;
    assert_eq!(response.headers()["retry-after"], seconds.to_string());
    let body = std::str::from_utf8(response.body()).unwrap();
    assert!(body.contains(r#""code":"MONTHLY_LIMIT_EXCEEDED""#), "{body}");
    assert!(body.contains(r#""resets_at":"2030-01-31T22:00:00Z""#), "{body}");
}

#[tokio::test]
async fn other_refusals_have_a_status_and_a_code_of_their_own() {
    let world = World::new().await;
    let stranger = Request::get("/call").body(Empty::new()).unwrap();
    for (request, status, code) in [
        (stranger, 401, "UNAUTHENTICATED"),
        (request("/unheard_of"), 404, "UNKNOWN_OPERATION"),
        (request("/"), 404, "UNKNOWN_OPERATION"),
    ] {
        let response = refused(&world, request).await;
        assert_eq!(response.status(), status);
        assert_code(&response, code);
    }
    let mut change = AccountChange::default();
    change.suspended = Some(true);
    world.ledger.configure(&acme(), change).await.unwrap();
    let response = refused(&world, request("/call")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_code(&response, "ACCOUNT_SUSPENDED");
    assert_eq!(world.settled().await.posted, usd("10"));
}

fn assert_code(response: &Response<Bytes>, code: &str) {
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["code"], code);
    assert!(body["error"].is_string() && body["message"].is_string(), "{body}");
}

#[tokio::test]
async fn a_call_is_refused_when_the_ledger_does_not_answer_for_it() {
    for (trouble, status, code) in [
        (Trouble::Unreachable, 503, "BILLING_UNAVAILABLE"),
        (Trouble::AnswerLost, 503, "BILLING_UNAVAILABLE"),
        (Trouble::Broken, 500, "BILLING_FAILED"),
    ] {
        let ledger = TroubledLedger::new(books()).with_troubles(Asked::Authorize, [trouble]);
        let world = World::on(ledger, 8).await;
        let response = refused(&world, request("/call")).await;
        assert_eq!(response.status(), status);
        assert_code(&response, code);
        assert_eq!(response.headers().contains_key("retry-after"), status == 503);
        assert_eq!(world.settled().await.posted, usd("10"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_refused_when_the_ledger_hangs() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Authorize, [Trouble::Hangs]);
    let world = World::on(ledger, 8).await;
    let response = refused(&world, request("/call")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn refusals_can_take_another_form() {
    let world = World::new().await;
    let layer = world.layer().with_refusal(|refusal: Refusal| Response::new(refusal.code().into()));
    let service = layer.layer(service_fn(|_: Call| std::future::ready(Ok(hello()))));
    let response = read(service, request("/unheard_of")).await.unwrap();
    assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, &b"UNKNOWN_OPERATION"[..]));
}

#[tokio::test]
async fn a_refusal_for_lack_of_money_is_logged_in_the_words_that_are_searched_for() {
    let world = World::new().await;
    spend(&world, "9.75").await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    refused(&world, request("/call")).await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(" INFO ") && log.contains("Insufficient balance"), "{log}");
    assert!(log.contains("account.id=acme"), "{log}");
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
