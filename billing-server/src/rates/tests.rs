//! Over real HTTP, against a bank that says what it is told to.
use std::{
    error::Error as _,
    future::pending,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use billing_core::{ManualClock, MemoryRates, Rate, RateStore as _, RatesError};
use chrono::{DateTime, TimeDelta};
use futures_util::future::join_all;
use http::{StatusCode, header};
use rust_decimal::Decimal;
use tokio::{net::TcpListener, time::timeout};

use super::*;
use crate::{config::Url, connections::serve, error::chain};

const MAX_AGE: Duration = Duration::from_hours(36);
/// No wait is longer: what is not there then will not come.
const CEILING: Duration = Duration::from_mins(1);

#[derive(Clone, Debug)]
enum Saying {
    Rate(&'static str),
    Body(String),
    Status(StatusCode),
    /// To an address that would tell a rate.
    Redirect,
    Nothing,
}

/// A bank, and a server that asks it.
#[derive(Debug)]
struct Scene {
    url: Url,
    saying: Arc<Mutex<Saying>>,
    asked: Arc<AtomicUsize>,
    clock: ManualClock,
    store: Arc<MemoryRates>,
    rates: NbuRates,
}

impl Scene {
    async fn new(saying: Saying) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::of_server(listener.local_addr().unwrap());
        let saying = Arc::new(Mutex::new(saying));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, count) = (Arc::clone(&saying), Arc::clone(&asked));
        let router = Router::new().fallback(move |request: Request| {
            count.fetch_add(1, Ordering::SeqCst);
            let saying = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
            answer(request, saying)
        });
        tokio::spawn(serve(listener, router, pending()));

        let clock = ManualClock::new(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let store = Arc::new(MemoryRates::default());
        let rates = ask(&url, &store, &clock, CEILING);
        Self { url, saying, asked, clock, store, rates }
    }

    /// With the same store and clock, as after a restart.
    fn restarted(&self, timeout: Duration) -> NbuRates {
        ask(&self.url, &self.store, &self.clock, timeout)
    }

    fn says(&self, saying: Saying) {
        *self.saying.lock().unwrap_or_else(PoisonError::into_inner) = saying;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn usd_in_uah(&self) -> Result<String, RatesError> {
        usd_in_uah(&self.rates).await
    }

    async fn wait_until_asked(&self, count: usize) {
        let asked = async {
            while self.asked() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(CEILING, asked).await.unwrap();
    }
}

fn ask(url: &Url, store: &Arc<MemoryRates>, clock: &ManualClock, timeout: Duration) -> NbuRates {
    let (store, clock) = (Arc::clone(store), Arc::new(clock.clone()));
    NbuRates::new(Bank::new(url, timeout).unwrap(), store, clock, MAX_AGE)
}

async fn usd_in_uah(rates: &NbuRates) -> Result<String, RatesError> {
    rates.rate(Currency::USD, Currency::UAH).await.map(|rate| rate.value.to_string())
}

async fn answer(request: Request, saying: Saying) -> Response {
    assert_eq!(request.uri().to_string(), "/NBUStatService/v1/statdirectory/exchange?json&valcode=USD");
    assert!(request.headers()[header::USER_AGENT].to_str().unwrap().starts_with("billing-server/"));
    match saying {
        Saying::Rate(rate) => format!(
            r#"[{{"r030":840,"txt":"Долар США","rate":{rate},"cc":"USD","exchangedate":"25.11.2026"}}]"#
        )
        .into_response(),
        Saying::Body(body) => body.into_response(),
        Saying::Status(status) => status.into_response(),
        Saying::Redirect => {
            let to = [(header::LOCATION, request.uri().to_string())];
            (StatusCode::FOUND, to).into_response()
        }
        Saying::Nothing => pending().await,
    }
}

#[tokio::test]
async fn the_rate_holds_both_ways_and_for_no_other_currency() {
    let scene = Scene::new(Saying::Rate("40.0000")).await;
    for (from, to) in
        [(Currency::EUR, Currency::UAH), (Currency::USD, Currency::EUR), (Currency::USD, Currency::USD)]
    {
        let refused = scene.rates.rate(from, to).await;
        assert!(matches!(refused, Err(RatesError::NoRate { .. })), "{refused:?}");
    }
    assert_eq!(scene.asked(), 0);
    let there = scene.rates.rate(Currency::USD, Currency::UAH).await.unwrap();
    let back = scene.rates.rate(Currency::UAH, Currency::USD).await.unwrap();
    let rate = |from, to, value: &str| Rate::new(from, to, value.parse().unwrap(), "nbu", scene.clock.now());
    assert_eq!(there, rate(Currency::USD, Currency::UAH, "40"));
    assert_eq!(back, rate(Currency::UAH, Currency::USD, "0.025"));
}

#[tokio::test]
async fn a_rate_is_asked_for_once_an_hour() {
    let scene = Scene::new(Saying::Rate("41.4851")).await;
    assert_eq!(scene.usd_in_uah().await.unwrap(), "41.4851");
    scene.says(Saying::Rate("41.5"));
    scene.clock.advance(TimeDelta::minutes(59));
    assert_eq!(scene.usd_in_uah().await.unwrap(), "41.4851");
    assert_eq!(scene.asked(), 1);
    scene.clock.advance(TimeDelta::minutes(1));
    assert_eq!(scene.usd_in_uah().await.unwrap(), "41.5");
    assert_eq!(scene.asked(), 2);
}

#[tokio::test]
async fn those_who_ask_at_once_share_one_request() {
    for (saying, is_told) in
        [(Saying::Rate("41.4851"), true), (Saying::Status(StatusCode::SERVICE_UNAVAILABLE), false)]
    {
        let scene = Scene::new(saying).await;
        let answers = join_all((0..50).map(|_| scene.usd_in_uah())).await;
        assert!(answers.iter().all(|answer| answer.is_ok() == is_told), "{answers:?}");
        assert_eq!(scene.asked(), 1);
    }
}

#[tokio::test]
async fn the_last_rate_is_used_until_it_is_too_old() {
    let scene = Scene::new(Saying::Rate("41.4851")).await;
    scene.usd_in_uah().await.unwrap();
    scene.says(Saying::Status(StatusCode::INTERNAL_SERVER_ERROR));
    scene.clock.advance(TimeDelta::hours(36));
    assert_eq!(scene.usd_in_uah().await.unwrap(), "41.4851");
    scene.clock.advance(TimeDelta::seconds(1));
    let error = scene.usd_in_uah().await.unwrap_err();
    assert!(error.is_retryable());
    let told = chain(&error);
    assert_eq!(
        told,
        "exchange rates are unavailable: the exchange rate could not be asked for: the bank answered 500"
    );

    // The bank is left alone for a minute.
    scene.says(Saying::Rate("41.5"));
    scene.usd_in_uah().await.unwrap_err();
    assert_eq!(scene.asked(), 2);
    scene.clock.advance(TimeDelta::minutes(1));
    assert_eq!(scene.usd_in_uah().await.unwrap(), "41.5");
}

#[tokio::test]
async fn a_bank_that_fails_keeps_nobody_waiting() {
    let scene = Scene::new(Saying::Rate("41.4851")).await;
    scene.usd_in_uah().await.unwrap();
    scene.says(Saying::Status(StatusCode::INTERNAL_SERVER_ERROR));
    scene.clock.advance(TimeDelta::hours(2));
    scene.usd_in_uah().await.unwrap();
    scene.says(Saying::Nothing);
    scene.clock.advance(TimeDelta::minutes(1));
    for _ in 0..10 {
        assert_eq!(scene.usd_in_uah().await.unwrap(), "41.4851");
    }
    // One request is on its way, which never ends.
    scene.wait_until_asked(3).await;
    assert_eq!(scene.asked(), 3);
}

#[tokio::test]
async fn a_restart_goes_on_with_what_was_known() {
    let scene = Scene::new(Saying::Rate("41.4851")).await;
    scene.usd_in_uah().await.unwrap();
    scene.clock.advance(TimeDelta::minutes(30));
    scene.says(Saying::Status(StatusCode::INTERNAL_SERVER_ERROR));
    let restarted = scene.restarted(CEILING);
    assert_eq!(usd_in_uah(&restarted).await.unwrap(), "41.4851");
    assert_eq!(scene.asked(), 1);
    scene.clock.advance(TimeDelta::hours(36));
    let restarted = scene.restarted(CEILING);
    usd_in_uah(&restarted).await.unwrap_err();
}

#[tokio::test]
async fn a_rate_of_a_clock_that_was_wrong_is_not_used_for_ever() {
    let scene = Scene::new(Saying::Status(StatusCode::INTERNAL_SERVER_ERROR)).await;
    let next_year = scene.clock.now() + TimeDelta::days(365);
    let kept = Rate::new(Currency::USD, Currency::UAH, Decimal::from(40), "nbu", next_year);
    scene.store.save(&kept).await.unwrap();
    scene.usd_in_uah().await.unwrap_err();
    scene.says(Saying::Rate("41.4851"));
    scene.clock.advance(TimeDelta::minutes(1));
    assert_eq!(scene.usd_in_uah().await.unwrap(), "41.4851");
}

#[tokio::test]
async fn an_absurd_rate_is_never_used() {
    let scene = Scene::new(Saying::Rate("40")).await;
    scene.usd_in_uah().await.unwrap();
    for (told, absurd) in ["80.000001", "19.999999", "0.4", "4000"].into_iter().enumerate() {
        scene.says(Saying::Rate(absurd));
        scene.clock.advance(TimeDelta::hours(1));
        assert_eq!(usd_in_uah(&scene.restarted(CEILING)).await.unwrap(), "40", "{absurd}");
        assert_eq!(scene.asked(), told + 2);
    }
    assert_eq!(scene.usd_in_uah().await.unwrap(), "40");
    let kept = scene.store.latest("nbu", Currency::USD, Currency::UAH).await.unwrap().unwrap();
    assert_eq!(kept.value, Decimal::from(40));

    scene.clock.advance(TimeDelta::hours(36));
    let refused = usd_in_uah(&scene.restarted(CEILING)).await.unwrap_err();
    assert_eq!(
        refused.source().unwrap().to_string(),
        "an exchange rate of 4000 is refused: the last good one was 40"
    );
    // Twice as much, or half, may be true.
    scene.says(Saying::Rate("80"));
    assert_eq!(usd_in_uah(&scene.restarted(CEILING)).await.unwrap(), "80");
}

#[tokio::test]
async fn nothing_but_a_rate_is_believed() {
    let padding = " ".repeat(64 * 1024);
    for saying in [
        Saying::Status(StatusCode::NO_CONTENT),
        Saying::Status(StatusCode::NOT_FOUND),
        Saying::Redirect,
        Saying::Rate("0"),
        Saying::Body("<html>".to_owned()),
        Saying::Body(format!(r#"[{{"cc":"USD","rate":41}}]{padding}"#)),
    ] {
        let scene = Scene::new(saying.clone()).await;
        let refused = scene.usd_in_uah().await;
        assert!(matches!(refused, Err(RatesError::Unavailable(_))), "{saying:?} {refused:?}");
        assert_eq!(scene.asked(), 1, "{saying:?}");
    }
    let scene = Scene::new(Saying::Nothing).await;
    let refused = usd_in_uah(&scene.restarted(Duration::from_millis(100))).await;
    assert!(matches!(refused, Err(RatesError::Unavailable(_))), "{refused:?}");
}
