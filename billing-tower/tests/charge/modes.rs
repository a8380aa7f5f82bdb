//! Enforce, observe, off.
use billing_core::{Currency, Ledger, PriceTable, RefusalReason};
use billing_tower::{ChargeLayer, Mode, Payer};
use chrono::{DateTime, Utc};
use http::{StatusCode, request::Parts};

use crate::support::{
    Asked, Trouble, TroubledLedger, World, acme, books, hello, read, request, serve_behind, usd,
};

/// A call that costs more than the account has.
const DEAR: &str = "[operations]\ncall = { fixed = \"11\" }\n";

fn dear(world: &World) -> ChargeLayer {
    ChargeLayer::new(world.settler.clone(), PriceTable::from_toml(DEAR, Currency::USD).unwrap())
}

#[tokio::test]
async fn an_observed_call_is_charged_where_it_may_be() {
    let world = World::new().await;
    let service = serve_behind(&world.layer().with_mode(Mode::Observe), |_| Ok(hello()));
    assert_eq!(read(service, request("/call")).await.unwrap().status(), StatusCode::OK);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn an_observed_call_that_would_be_refused_runs_for_nothing_and_is_reported() {
    let world = World::new().await;
    let service = serve_behind(&dear(&world).with_mode(Mode::Observe), |_| Ok(hello()));
    let response = read(service, request("/call")).await.unwrap();
    assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, &b"hello"[..]));
    assert_eq!(response.headers()["x-billing-held"], "0.00");
    // Nobody waits for what is only observed.
    while world.charges().await.is_empty() {
        tokio::task::yield_now().await;
    }
    let charge = world.charges().await.remove(0);
    assert_eq!((charge.amount, charge.would_refuse), (usd("0"), Some(RefusalReason::InsufficientFunds)));
    let report = world.ledger.observed(DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC).await.unwrap();
    assert_eq!((report.len(), report[0].calls, report[0].amount), (1, 1, usd("11")));
    assert_eq!((&report[0].account, world.settled().await.posted), (&acme(), usd("10")));
}

#[tokio::test]
async fn an_observed_call_that_has_no_price_or_no_ledger_runs_unbilled() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Authorize, [Trouble::Unreachable]);
    let world = World::on(ledger, 8).await;
    let layer = world.layer().with_mode(Mode::Observe);
    let service = serve_behind(&layer, |_| Ok(hello()));
    drop(layer);
    for path in ["/call", "/unknown", "/%2e"] {
        let response = read(service.clone(), request(path)).await.unwrap();
        assert_eq!((response.status(), response.headers().len()), (StatusCode::OK, 0), "{path}");
    }
    drop(service);
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test(start_paused = true)]
async fn an_observed_call_is_not_kept_waiting_by_a_ledger_that_goes_away_nor_refused_for_its_key() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [Trouble::Unreachable; 50]);
    let world = World::on(ledger, 8).await;
    let layer = world.layer().with_mode(Mode::Observe);
    let service = serve_behind(&layer, |_| Ok(hello()));
    drop(layer);
    let began = tokio::time::Instant::now();
    for key in ["a", "a", "no key"] {
        let mut keyed = request("/call");
        keyed.headers_mut().insert("idempotency-key", key.parse().unwrap());
        let response = read(service.clone(), keyed).await.unwrap();
        assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, &b"hello"[..]), "{key}");
    }
    assert_eq!(began.elapsed(), std::time::Duration::ZERO);
    drop(service);
    world.ledger.heal();
    assert_eq!(world.settled().await.posted, usd("8"));
}

#[tokio::test]
async fn when_off_the_ledger_is_not_asked_and_callers_still_have_to_be_known() {
    let world = World::new().await;
    let layer = dear(&world).with_mode(Mode::Off);
    let service = serve_behind(&layer, |_| Ok(hello()));
    for path in ["/call", "/unknown"] {
        assert_eq!(read(service.clone(), request(path)).await.unwrap().status(), StatusCode::OK);
    }
    let nobody = layer.with_identity(|_: &Parts| Payer::Nobody);
    let service = serve_behind(&nobody, |_| Ok(hello()));
    assert_eq!(read(service, request("/call")).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(world.ledger.asked(), 0);
    assert_eq!(Mode::ALL.map(|mode| mode.as_str().parse()), Mode::ALL.map(Ok));
    assert!("on".parse::<Mode>().is_err());
}
