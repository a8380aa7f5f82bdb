//! Frames pass at once; the end waits until the call is charged.
use std::{future::poll_fn, pin::pin, task::Poll};

use billing_tower::ResponseBody;
use http::{HeaderValue, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{
    Answer, Asked, Script, Step, Trouble, TroubledLedger, World, answer, books, hello, read, request, usd,
};

/// The world and the body of a call whose capture is held up.
async fn held_up(handler: impl Fn() -> Answer + Clone + Send + 'static) -> (World, ResponseBody<Script>) {
    let world = World::on(TroubledLedger::new(books()).with_captures_held_up(), 8).await;
    let response = world.serve(move |_| handler()).oneshot(request("/call")).await.unwrap();
    (world, response.into_body())
}

async fn next(body: &mut ResponseBody<Script>) -> String {
    let frame = body.frame().await.unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}

/// Asks for a frame once; there must be none.
async fn assert_waits(body: &mut ResponseBody<Script>) {
    let frame = poll_fn(|cx| Poll::Ready(pin!(&mut *body).poll_frame(cx).is_pending())).await;
    assert!(frame, "a frame passed before the call was charged");
    assert!(!body.is_end_stream());
}

#[tokio::test]
async fn the_last_frame_waits_for_the_capture_and_no_other_does() {
    let script = Script::told([Step::Data("one"), Step::Data("two"), Step::Data("three")]);
    let (world, mut body) = held_up(move || Ok(answer(StatusCode::OK, script.clone()))).await;
    assert_eq!((next(&mut body).await, next(&mut body).await), ("one".to_owned(), "two".to_owned()));
    assert_eq!(world.ledger.count(Asked::Capture), 0);
    assert_waits(&mut body).await;
    assert_waits(&mut body).await;
    assert!(world.charges().await.is_empty());

    world.ledger.captures.add_permits(1);
    assert_eq!(next(&mut body).await, "three");
    assert_eq!(world.charges().await.len(), 1);
    assert!(body.is_end_stream() && body.frame().await.is_none());
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn the_end_of_a_stream_waits_for_the_capture_and_no_frame_does() {
    let script = Script::streamed([Step::Data("one"), Step::Pause, Step::Data("two")]);
    let (world, mut body) = held_up(move || Ok(answer(StatusCode::OK, script.clone()))).await;
    assert_eq!((next(&mut body).await, next(&mut body).await), ("one".to_owned(), "two".to_owned()));
    assert_waits(&mut body).await;
    world.ledger.captures.add_permits(1);
    assert!(body.frame().await.is_none());
    assert_eq!(world.charges().await.len(), 1);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn the_frame_that_completes_the_announced_length_waits_for_the_capture() {
    let steps = [Step::Data("one"), Step::Data("two")];
    for by_header in [true, false] {
        let mut script = Script::streamed(steps.clone());
        if !by_header {
            script = script.with_length(6);
        }
        let (world, mut body) = held_up(move || {
            let mut response = answer(StatusCode::OK, script.clone());
            if by_header {
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("6"));
            }
            Ok(response)
        })
        .await;
        assert_eq!(next(&mut body).await, "one");
        assert_waits(&mut body).await;
        world.ledger.captures.add_permits(1);
        assert_eq!(next(&mut body).await, "two");
        assert!(body.frame().await.is_none());
        assert_eq!(world.settled().await.posted, usd("9"));
    }
}

#[tokio::test]
async fn trailers_wait_for_the_capture_and_arrive() {
    for script in [Script::told as fn(Vec<Step>) -> Script, Script::streamed] {
        let script = script(vec![Step::Data("one"), Step::Trailers]);
        let (world, mut body) = held_up(move || Ok(answer(StatusCode::OK, script.clone()))).await;
        assert_eq!(next(&mut body).await, "one");
        assert_waits(&mut body).await;
        world.ledger.captures.add_permits(1);
        let trailers = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
        assert_eq!(trailers["checksum"], "0");
        assert!(body.frame().await.is_none());
        assert_eq!(world.settled().await.posted, usd("9"));
    }
}

#[tokio::test]
async fn a_length_is_told_as_it_is() {
    let script = Script::told([Step::Data("one"), Step::Data("two")]).with_length(6);
    let (world, mut body) = held_up(move || Ok(answer(StatusCode::OK, script.clone()))).await;
    assert_eq!(body.size_hint().exact(), Some(6));
    next(&mut body).await;
    assert_eq!(body.size_hint().exact(), Some(3));
    assert_waits(&mut body).await;
    assert_eq!(body.size_hint().exact(), Some(3));
    world.ledger.captures.add_permits(1);
    next(&mut body).await;
    assert_eq!(body.size_hint().exact(), Some(0));
}

#[tokio::test]
async fn a_body_dropped_while_its_capture_is_under_way_is_charged_once() {
    let script = Script::told([Step::Data("one")]);
    let (world, mut body) = held_up(move || Ok(answer(StatusCode::OK, script.clone()))).await;
    assert_waits(&mut body).await;
    drop(body);
    world.ledger.captures.add_permits(1);
    let account = world.settled().await;
    assert_eq!((account.posted, account.calls), (usd("9"), 1));
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_at_the_end_goes_unnoticed() {
    let troubles = [Trouble::Unreachable, Trouble::AnswerLost, Trouble::Unreachable];
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, troubles);
    let world = World::on(ledger, 8).await;
    let response = read(world.serve(|_| Ok(hello())), request("/call")).await.unwrap();
    assert_eq!(response.body(), "hello");
    assert_eq!(world.charges().await.len(), 1);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_is_overrun_is_waited_for() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [Trouble::Hangs, Trouble::Hangs]);
    let world = World::on(ledger, 8).await;
    let response = read(world.serve(|_| Ok(hello())), request("/call")).await.unwrap();
    assert_eq!(response.body(), "hello");
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn a_long_outage_ends_the_body_with_an_error_and_the_call_is_charged_later() {
    for trouble in [Trouble::Unreachable, Trouble::Hangs] {
        let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [trouble; 30]);
        let world = World::on(ledger, 8).await;
        let started_at = tokio::time::Instant::now();
        let error = read(world.serve(|_| Ok(hello())), request("/call")).await.unwrap_err();
        assert!(started_at.elapsed() <= std::time::Duration::from_secs(31));
        assert_eq!(error.to_string(), "the call could not be charged");
        assert_eq!(error.source().unwrap().to_string(), "ledger is unavailable");
        tokio::time::sleep(std::time::Duration::from_mins(10)).await;
        assert_eq!(world.settled().await.posted, usd("9"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_body_that_can_not_be_charged_is_answered_503() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Capture, [Trouble::Unreachable; 15]);
    let world = World::on(ledger, 8).await;
    let service = world.serve(|_| Ok(answer(StatusCode::NO_CONTENT, Script::told([]))));
    let response = read(service, request("/call")).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.settled().await.posted, usd("9"));
}
