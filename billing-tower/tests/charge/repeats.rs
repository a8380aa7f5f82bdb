//! Calls under an `Idempotency-Key`.
use std::{future::poll_fn, sync::Arc, task::Poll};

use billing_core::{Currency, Ledger, LedgerSettings, ManualClock, MemoryLedger};
use chrono::{TimeDelta, Utc};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use tower::ServiceExt;

use crate::support::{
    Asked, Script, Step, Trouble, TroubledLedger, World, answer, books, hello, read, request, usd,
};

fn keyed(path: &str, key: &str) -> Request<Empty<bytes::Bytes>> {
    let mut request = request(path);
    request.headers_mut().insert("idempotency-key", HeaderValue::from_bytes(key.as_bytes()).unwrap());
    request
}

fn endless() -> Script {
    Script::streamed([Step::Data("one"), Step::Stall])
}

/// The code of a refusal.
fn code(response: &http::Response<bytes::Bytes>) -> String {
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    body["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_repeat_is_told_to_wait_while_the_call_runs_and_refused_once_it_was_charged() {
    let world = World::new().await;
    let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
    let first = service.clone().oneshot(keyed("/call", "a")).await.unwrap();
    let repeat = read(service.clone(), keyed("/call", "a")).await.unwrap();
    assert_eq!((repeat.status(), code(&repeat).as_str()), (StatusCode::CONFLICT, "CALL_RUNNING"));
    assert_eq!(repeat.headers()["retry-after"], "1");
    // Another key is another call.
    drop(service.clone().oneshot(keyed("/call", "b")).await.unwrap());
    drop(first);
    while world.charges().await.len() < 2 {
        tokio::task::yield_now().await;
    }
    let repeat = read(service, keyed("/call", "a")).await.unwrap();
    assert_eq!((repeat.status(), code(&repeat).as_str()), (StatusCode::CONFLICT, "CALL_CHARGED"));
    assert_eq!(world.settled().await.posted, usd("8"));
}

#[tokio::test]
async fn a_call_that_failed_may_be_repeated_and_is_charged_then() {
    let world = World::new().await;
    let failing = world.serve(|_| Ok(answer(StatusCode::BAD_GATEWAY, Script::told([]))));
    for _ in 0..3 {
        let response = read(failing.clone(), keyed("/call", "a")).await.unwrap();
        // The hold of the last attempt may still be on its way to be freed.
        assert!([StatusCode::BAD_GATEWAY, StatusCode::CONFLICT].contains(&response.status()));
        while world.account().await.held.is_positive() {
            tokio::task::yield_now().await;
        }
    }
    drop(failing);
    let working = world.serve(|_| Ok(hello()));
    assert_eq!(read(working.clone(), keyed("/call", "a")).await.unwrap().status(), StatusCode::OK);
    let repeat = read(working, keyed("/call", "a")).await.unwrap();
    assert_eq!(code(&repeat), "CALL_CHARGED");
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn a_repeat_runs_once_the_hold_of_a_lost_call_has_expired() {
    let clock = ManualClock::new(Utc::now());
    let books = MemoryLedger::new(LedgerSettings::new(Currency::USD)).with_clock(Arc::new(clock.clone()));
    let ledger = TroubledLedger::new(books).with_troubles(Asked::Authorize, [Trouble::AnswerLost]);
    let world = World::on(ledger, 8).await;
    let service = world.serve(|_| Ok(hello()));
    let first = read(service.clone(), keyed("/call", "a")).await.unwrap();
    assert_eq!(first.status(), StatusCode::SERVICE_UNAVAILABLE);
    // Nobody knows whose hold it is, so nobody voids it.
    let repeat = read(service.clone(), keyed("/call", "a")).await.unwrap();
    assert_eq!((code(&repeat).as_str(), world.account().await.held), ("CALL_RUNNING", usd("1")));
    clock.advance(TimeDelta::minutes(5));
    assert_eq!(read(service.clone(), keyed("/call", "a")).await.unwrap().status(), StatusCode::OK);
    let repeat = read(service, keyed("/call", "a")).await.unwrap();
    assert_eq!(code(&repeat), "CALL_CHARGED");
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn of_many_repeats_at_once_one_runs() {
    let world = World::on(TroubledLedger::new(books()).with_yields(2), 64).await;
    let service = world.serve(|_| Ok(hello()));
    let calls: Vec<_> = (0..50).map(|_| tokio::spawn(read(service.clone(), keyed("/call", "a")))).collect();
    drop(service);
    let mut ran = 0;
    for call in calls {
        let response = call.await.unwrap().unwrap();
        match response.status() {
            StatusCode::OK => ran += 1,
            status => assert_eq!(status, StatusCode::CONFLICT),
        }
    }
    assert_eq!((ran, world.settled().await.posted), (1, usd("9")));
}

#[tokio::test]
async fn a_repeat_dropped_at_any_await_leaves_the_first_call_alone() {
    for polls in 0..20 {
        let world = World::on(TroubledLedger::new(books()).with_yields(3), 64).await;
        let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
        let first = service.clone().oneshot(keyed("/call", "a")).await.unwrap();
        {
            let mut repeat = Box::pin(service.clone().oneshot(keyed("/call", "a")));
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(repeat.as_mut().poll(cx).is_ready())).await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // What the repeat has begun is carried to its end, and does nothing to the hold.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert_eq!(world.account().await.held, usd("1"), "dropped after {polls} polls");
        drop((first, service));
        assert_eq!(world.settled().await.posted, usd("9"));
    }
}

#[tokio::test]
async fn a_first_call_dropped_at_any_await_leaves_no_hold() {
    for polls in 0..20 {
        let world = World::on(TroubledLedger::new(books()).with_yields(3), 64).await;
        let service = world.serve(|_| Ok(hello()));
        {
            let mut call = Box::pin(read(service.clone(), keyed("/call", "a")));
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        drop(service);
        let left = world.settled().await;
        assert!([usd("9"), usd("10")].contains(&left.posted), "dropped after {polls} polls");
    }
}

#[tokio::test]
async fn a_key_is_for_one_call() {
    let world = World::new().await;
    let service = world.serve(|_| Ok(hello()));
    read(service.clone(), keyed("/call", "a")).await.unwrap();
    let dearer = billing_core::PriceTable::from_toml("[operations]\ncall = { fixed = \"2\" }", Currency::USD);
    let layer = billing_tower::ChargeLayer::new(world.settler.clone(), dearer.unwrap());
    let other = crate::support::serve_behind(&layer, |_| Ok(hello()));
    drop(layer);
    let refused = read(other, keyed("/call", "a")).await.unwrap();
    assert_eq!((refused.status(), code(&refused).as_str()), (StatusCode::CONFLICT, "IDEMPOTENCY_KEY_REUSED"));
    for bad in ["", "a b", "ключ"] {
        let refused = read(service.clone(), keyed("/call", bad)).await.unwrap();
        assert_eq!(
            (refused.status(), code(&refused).as_str()),
            (StatusCode::BAD_REQUEST, "INVALID_IDEMPOTENCY_KEY")
        );
    }
    // A key that claims to be made in a week.
    let ahead = uuid::Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::NoContext,
        u64::try_from((Utc::now() + TimeDelta::days(7)).timestamp()).unwrap(),
        0,
    ));
    let refused = read(service.clone(), keyed("/call", &ahead.to_string())).await.unwrap();
    assert_eq!(code(&refused), "INVALID_IDEMPOTENCY_KEY");
    drop(service);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn a_refused_call_may_be_repeated_under_its_key() {
    let world = World::new().await;
    let service = world.serve(|_| Ok(hello()));
    let mut change = billing_core::AccountChange::default();
    change.suspended = Some(true);
    world.ledger.configure(&crate::support::acme(), change.clone()).await.unwrap();
    assert_eq!(read(service.clone(), keyed("/call", "a")).await.unwrap().status(), StatusCode::FORBIDDEN);
    change.suspended = Some(false);
    world.ledger.configure(&crate::support::acme(), change).await.unwrap();
    assert_eq!(read(service, keyed("/call", "a")).await.unwrap().status(), StatusCode::OK);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn bodies_under_a_key_end_as_others_do() {
    let world = World::new().await;
    let service = world.serve(|_| Ok(hello()));
    let response = service.oneshot(keyed("/call", "a")).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert_eq!(world.charges().await.len(), 1);
    assert_eq!(world.settled().await.posted, usd("9"));
}
