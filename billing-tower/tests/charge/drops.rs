//! A call may be dropped at any await: it leaves no hold behind, and costs what it should.
use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::Poll,
};

use billing_core::{Authorize, Ledger, LedgerError, Money};
use billing_tower::ResponseBody;
use http::StatusCode;
use http_body::Body;
use tower::{BoxError, Layer, ServiceExt, service_fn};

use crate::support::{
    Asked, Call, Script, Step, Trouble, TroubledLedger, World, acme, answer, books, hello, meter, request,
    usd,
};

/// A call to be dropped, and what it should cost.
struct Scenario {
    status: StatusCode,
    body: Script,
    /// Put on the meter before the handler answers.
    metered: Option<&'static str>,
    /// What it costs once the handler has answered.
    answered: &'static str,
    /// What it costs once the body has failed, if it does.
    failed: Option<&'static str>,
}

/// How far a call came before it was dropped.
#[derive(Default)]
struct Progress {
    metered: AtomicBool,
    answered: AtomicBool,
}

fn scenarios() -> Vec<Scenario> {
    let pieces = || vec![Step::Pause, Step::Data("one"), Step::Pause, Step::Data("two"), Step::Pause];
    let ok =
        |body, metered, answered| Scenario { status: StatusCode::OK, body, metered, answered, failed: None };
    let broken = |metered, answered, failed| {
        let body = Script::streamed(vec![Step::Data("one"), Step::Pause, Step::Error]);
        Scenario { failed: Some(failed), ..ok(body, metered, answered) }
    };
    vec![
        ok(Script::told([Step::Pause, Step::Data("one"), Step::Pause, Step::Data("two")]), None, "1"),
        ok(Script::streamed(pieces()), None, "1"),
        ok(Script::streamed(pieces()), Some("0.25"), "0.25"),
        ok(Script::streamed(vec![Step::Data("one"), Step::Trailers]), None, "1"),
        ok(Script::told([]), None, "1"),
        ok(Script::told([]), Some("3"), "3"),
        broken(None, "1", "0"),
        broken(Some("0.25"), "0.25", "0.25"),
        Scenario { status: StatusCode::BAD_GATEWAY, ..ok(Script::told([Step::Data("sorry")]), None, "0") },
        Scenario { status: StatusCode::BAD_GATEWAY, ..ok(Script::streamed(pieces()), Some("0.25"), "0.25") },
    ]
}

#[tokio::test]
async fn a_call_dropped_at_any_await_leaves_no_hold_and_costs_what_it_should() {
    let mut drops = 0;
    for (number, scenario) in scenarios().iter().enumerate() {
        for yields in [0, 1, 3] {
            let mut polls = 0;
            while !drop_after(polls, yields, scenario, &format!("scenario {number}, {yields} yields")).await {
                polls += 1;
                assert!(polls < 1_000, "scenario {number} does not end");
            }
            drops += polls;
        }
    }
    assert!(drops > 200, "only {drops} places to drop a call at");
}

/// Drops a call after a number of polls; true when it has ended before.
async fn drop_after(polls: usize, yields: usize, scenario: &Scenario, name: &str) -> bool {
    let world = World::on(TroubledLedger::new(books()).with_yields(yields), 8).await;
    let progress = Arc::new(Progress::default());
    let reached = drive(polls, &world, scenario, &progress).await;

    let spent = usd("10").checked_sub(world.settled().await.posted).unwrap();
    let cost = match reached {
        Reached::Failed => scenario.failed.unwrap(),
        _ if progress.answered.load(SeqCst) => scenario.answered,
        _ if progress.metered.load(SeqCst) => scenario.metered.unwrap(),
        _ => "0",
    };
    assert_eq!(spent, usd(cost), "{name}, dropped after {polls} polls");
    !matches!(reached, Reached::Polls)
}

/// How a call came to be dropped.
#[derive(Clone, Copy, PartialEq)]
enum Reached {
    /// The polls were used up.
    Polls,
    /// It was read to its end.
    End,
    /// Its body failed.
    Failed,
}

async fn drive(polls: usize, world: &World, scenario: &Scenario, progress: &Arc<Progress>) -> Reached {
    let Scenario { status, body, metered, .. } = scenario;
    let (status, body, metered) = (*status, body.clone(), metered.map(usd));
    let progress = Arc::clone(progress);
    let service = world.layer().layer(service_fn(move |call: Call| {
        handle(call, status, body.clone(), metered, Arc::clone(&progress))
    }));

    let mut left = polls;
    let mut call = pin!(service.oneshot(request("/call")));
    let response = loop {
        match poll_once(&mut left, |cx| call.as_mut().poll(cx)).await {
            None => return Reached::Polls,
            Some(Poll::Ready(response)) => break response.unwrap(),
            Some(Poll::Pending) => {}
        }
    };
    let mut body: Pin<&mut ResponseBody<Script>> = pin!(response.into_body());
    loop {
        match poll_once(&mut left, |cx| body.as_mut().poll_frame(cx)).await {
            None => return Reached::Polls,
            Some(Poll::Ready(None)) => return Reached::End,
            Some(Poll::Ready(Some(Err(_)))) => return Reached::Failed,
            Some(Poll::Ready(Some(Ok(_))) | Poll::Pending) => {}
        }
    }
}

/// Polls once and lets the settler work, unless no polls are left.
async fn poll_once<T>(
    left: &mut usize,
    mut poll: impl FnMut(&mut std::task::Context<'_>) -> Poll<T>,
) -> Option<Poll<T>> {
    *left = left.checked_sub(1)?;
    let polled = poll_fn(|cx| Poll::Ready(poll(cx))).await;
    tokio::task::yield_now().await;
    Some(polled)
}

async fn handle(
    call: Call,
    status: StatusCode,
    body: Script,
    metered: Option<Money>,
    progress: Arc<Progress>,
) -> Result<http::Response<Script>, BoxError> {
    tokio::task::yield_now().await;
    if let Some(cost) = metered {
        meter(&call).record(cost);
        progress.metered.store(true, SeqCst);
    }
    tokio::task::yield_now().await;
    progress.answered.store(true, SeqCst);
    Ok(answer(status, body))
}

#[tokio::test]
async fn an_authorize_that_arrives_after_its_call_was_dropped_loses() {
    let ledger = TroubledLedger::new(books()).with_troubles(Asked::Authorize, [Trouble::Hangs]);
    let world = World::on(ledger, 8).await;
    let ledger = Arc::clone(&world.ledger);
    let mut call = Box::pin(world.serve(|_| Ok(hello())).oneshot(request("/call")));
    assert!(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await);
    drop(call);
    assert_eq!(world.settled().await.posted, usd("10"));

    let late: Authorize = ledger.last_authorize().unwrap();
    let error = ledger.authorize(late).await.unwrap_err();
    assert!(matches!(error, LedgerError::HoldClosed { .. }), "{error}");
    assert_eq!(ledger.account(&acme()).await.unwrap().held, usd("0"));
}
