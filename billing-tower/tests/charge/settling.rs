//! The queue behind the layer: its places, its patience, and its end.
use std::{future::poll_fn, task::Poll, time::Duration};

use billing_core::Ledger;
use http::StatusCode;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::support::{
    Asked, Script, Step, Trouble, TroubledLedger, World, acme, answer, books, hello, read, request, usd,
};

fn endless() -> Script {
    Script::streamed([Step::Data("one"), Step::Stall])
}

#[tokio::test]
async fn a_call_waits_for_a_place_before_any_money_is_held() {
    let world = World::on(TroubledLedger::new(books()), 1).await;
    let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
    let first = service.clone().oneshot(request("/call")).await.unwrap();
    assert_eq!(world.ledger.count(Asked::Authorize), 1);

    let mut second = Box::pin(service.oneshot(request("/call")));
    assert!(poll_fn(|cx| Poll::Ready(second.as_mut().poll(cx).is_pending())).await);
    assert_eq!(world.ledger.count(Asked::Authorize), 1);

    drop(first);
    let second = second.await.unwrap();
    assert_eq!((second.status(), world.ledger.count(Asked::Authorize)), (StatusCode::OK, 2));
    drop(second);
    assert_eq!(world.settled().await.posted, usd("8"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_finds_no_place_in_time_is_refused() {
    let world = World::on(TroubledLedger::new(books()), 1).await;
    let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
    let first = service.clone().oneshot(request("/call")).await.unwrap();
    let second = read(service, request("/call")).await.unwrap();
    assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(second.headers()["retry-after"], "5");
    assert_eq!(world.ledger.count(Asked::Authorize), 1);
    drop(first);
}

#[tokio::test]
async fn a_place_is_free_again_once_its_call_is_charged() {
    let world = World::on(TroubledLedger::new(books()), 1).await;
    let service = world.serve(|_| Ok(hello()));
    for _ in 0..5 {
        assert_eq!(read(service.clone(), request("/call")).await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(world.settled().await.posted, usd("5"));
}

#[tokio::test(start_paused = true)]
async fn a_settlement_is_repeated_until_the_ledger_is_back() {
    let troubles = [Trouble::Unreachable, Trouble::AnswerLost, Trouble::Hangs];
    for (body, asked, left) in
        [(endless(), Asked::Capture, "9"), (Script::streamed([Step::Error]), Asked::Void, "10")]
    {
        let world = World::on(TroubledLedger::new(books()).with_troubles(asked, troubles), 8).await;
        let service = world.serve(move |_| Ok(answer(StatusCode::OK, body.clone())));
        let response = service.oneshot(request("/call")).await.unwrap();
        drop(read_some(response).await);
        let ledger = std::sync::Arc::clone(&world.ledger);
        let account = world.settled().await;
        assert_eq!((account.posted, account.held), (usd(left), usd("0")));
        assert_eq!(ledger.count(asked), 4);
    }
}

/// Asks for one frame and gives the rest back.
async fn read_some<B: http_body::Body + Unpin>(response: http::Response<B>) -> http::Response<B> {
    let mut response = response;
    http_body_util::BodyExt::frame(response.body_mut()).await;
    response
}

#[tokio::test(start_paused = true)]
async fn settlements_that_can_not_be_made_do_not_keep_others_waiting() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [Trouble::Hangs; 8]);
    let world = World::on(ledger, 16).await;
    let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(service.clone().oneshot(request("/call")).await.unwrap());
    }
    drop(open);
    // The clock stands still as long as anything can go on, so these two are settled at once.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.charges().await.len(), 2);
    assert_eq!(world.settled().await.posted, usd("0"));
}

#[tokio::test]
async fn draining_lets_calls_end_and_no_new_one_in() {
    let world = World::new().await;
    let service = world.serve(|_| Ok(hello()));
    let running = service.clone().oneshot(request("/call")).await.unwrap();
    let World { ledger, settler, task } = world;
    let mut drained = Box::pin(task.drain(Duration::from_mins(1)));
    assert!(poll_fn(|cx| Poll::Ready(drained.as_mut().poll(cx).is_pending())).await);
    tokio::task::yield_now().await;

    let refused = read(service, request("/call")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop((running, settler));
    drained.await.unwrap();
    let account = ledger.account(&acme()).await.unwrap();
    assert_eq!((account.posted, account.held), (usd("9"), usd("0")));
}

#[tokio::test(start_paused = true)]
async fn draining_ends_in_time_and_counts_what_is_left() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [Trouble::Hangs; 100]);
    let world = World::on(ledger, 64).await;
    let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
    let mut left = Vec::new();
    for _ in 0..10 {
        left.push(service.clone().oneshot(request("/call")).await.unwrap());
    }
    let running = left.pop();
    drop(left);
    let started_at = Instant::now();
    let unsettled = world.task.drain(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((unsettled.holds, started_at.elapsed()), (10, Duration::from_secs(3)));
    drop(running);
}

#[tokio::test]
async fn what_the_ledger_refuses_or_panics_at_is_given_up_at_once() {
    for trouble in [Trouble::Broken, Trouble::Panics] {
        let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [trouble]);
        let world = World::on(ledger, 8).await;
        let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
        for _ in 0..2 {
            drop(service.clone().oneshot(request("/call")).await.unwrap());
        }
        let World { ledger, task, .. } = world;
        let unsettled = task.drain(Duration::from_mins(1)).await.unwrap_err();
        assert_eq!(unsettled.holds, 1);
        let account = ledger.account(&acme()).await.unwrap();
        assert_eq!((account.posted, account.held), (usd("9"), usd("1")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_settlement_is_given_up_after_an_hour() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [Trouble::Unreachable; 10_000]);
    let world = World::on(ledger, 8).await;
    let service = world.serve(|_| Ok(answer(StatusCode::OK, endless())));
    drop(service.oneshot(request("/call")).await.unwrap());
    let unsettled = world.task.drain(Duration::from_hours(2)).await.unwrap_err();
    assert_eq!(unsettled.holds, 1);
    assert!((100..10_000).contains(&world.ledger.count(Asked::Capture)));
}
