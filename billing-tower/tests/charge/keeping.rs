//! Calls that last longer than their holds.
use std::time::Duration;

use http::StatusCode;
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep};
use tower::{BoxError, Layer, ServiceExt, service_fn};

use crate::support::{
    Asked, Call, Script, Step, Trouble, TroubledLedger, World, answer, books, request, usd,
};

const TTL: Duration = Duration::from_mins(1);

fn endless() -> Script {
    Script::streamed([Step::Data("one"), Step::Stall])
}

#[tokio::test(start_paused = true)]
async fn a_long_stream_extends_its_hold_at_half_of_its_life() {
    let world = World::new().await;
    let layer = world.layer().with_hold_ttl(TTL);
    let service =
        layer.layer(service_fn(|_: Call| async { Ok::<_, BoxError>(answer(StatusCode::OK, endless())) }));
    drop(layer);
    let mut response = service.oneshot(request("/call")).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    for extensions in 1..10 {
        sleep(TTL / 2 + Duration::from_millis(1)).await;
        assert_eq!(world.ledger.count(Asked::Extend), extensions);
    }
    drop(response);
    sleep(10 * TTL).await;
    assert_eq!(world.ledger.count(Asked::Extend), 9);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_long_keeps_its_hold_and_a_short_call_asks_for_nothing() {
    let world = World::new().await;
    let layer = world.layer().with_hold_ttl(TTL);
    let slow = layer.layer(service_fn(|_: Call| async {
        sleep(TTL).await;
        Ok::<_, BoxError>(crate::support::hello())
    }));
    drop(layer);
    let quick = world.serve(|_| Ok(crate::support::hello()));
    for _ in 0..5 {
        crate::support::read(quick.clone(), request("/call")).await.unwrap();
    }
    drop(quick);
    assert_eq!(world.ledger.count(Asked::Extend), 0);
    let before = Instant::now();
    crate::support::read(slow, request("/call")).await.unwrap();
    assert_eq!((before.elapsed(), world.ledger.count(Asked::Extend)), (TTL, 1));
    world.settled().await;
}

#[tokio::test(start_paused = true)]
async fn an_extension_that_fails_is_tried_again_before_the_hold_is_over() {
    for trouble in [Trouble::Unreachable, Trouble::AnswerLost] {
        let ledger = TroubledLedger::new(books()).with_troubles(Asked::Extend, [trouble; 2]);
        let world = World::on(ledger, 8).await;
        let layer = world.layer().with_hold_ttl(TTL);
        let service =
            layer.layer(service_fn(|_: Call| async { Ok::<_, BoxError>(answer(StatusCode::OK, endless())) }));
        drop(layer);
        let response = service.oneshot(request("/call")).await.unwrap();
        sleep(TTL * 4 / 5).await;
        assert_eq!(world.ledger.count(Asked::Extend), 3);
        drop(response);
        assert_eq!(world.settled().await.posted, usd("9"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_handler_hears_when_what_was_held_is_used_up() {
    let world = World::new().await;
    let layer = world.layer();
    let service = layer.layer(service_fn(|call: Call| async move {
        let meter = crate::support::meter(&call);
        let work = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                meter.add(usd("0.3"));
            }
        };
        tokio::select! {
            () = work => {}
            () = meter.used_up() => {}
        }
        assert!(meter.is_used_up());
        Ok::<_, BoxError>(crate::support::hello())
    }));
    drop(layer);
    crate::support::read(service, request("/call")).await.unwrap();
    assert_eq!(world.settled().await.posted, usd("8.8"));
}
