//! The real cost: from an upstream's header or trailer, and by how a call ends.
use billing_tower::{Due, Outcomes};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{
    Asked, Script, Step, TroubledLedger, World, answer, books, meter, request, serve_behind, usd,
};

/// The trailer that scripted bodies have.
const CHECKSUM: HeaderName = HeaderName::from_static("checksum");

/// What is left after a call whose upstream tells a cost in this header, and perhaps in its trailer, which says 0.
async fn left_after(told: Option<&'static str>, body: Script) -> (String, HeaderMap) {
    let world = World::new().await;
    let layer = world.layer().with_cost_header(CHECKSUM);
    let service = serve_behind(&layer, move |_| {
        let mut response = answer(StatusCode::OK, body.clone());
        if let Some(told) = told {
            response.headers_mut().insert(CHECKSUM, HeaderValue::from_bytes(told.as_bytes()).unwrap());
        }
        Ok(response)
    });
    drop(layer);
    let (parts, body) = service.oneshot(request("/call")).await.unwrap().into_parts();
    let mut headers = parts.headers;
    headers.extend(body.collect().await.unwrap().trailers().cloned().unwrap_or_default());
    (world.settled().await.posted.amount().to_string(), headers)
}

#[tokio::test]
async fn an_upstream_tells_the_cost_in_a_header_that_its_caller_does_not_see() {
    let piece = || Script::streamed([Step::Data("one")]);
    for (told, left) in [
        (Some("0.0125"), "9.9875"),
        (Some("3"), "7.00"),
        (Some("0"), "10.00"),
        (None, "9.00"),
        // What can't be read leaves the estimate.
        (Some("-1"), "9.00"),
        (Some("1e-2"), "9.00"),
        (Some(" 0.5"), "9.00"),
        (Some("багато"), "9.00"),
    ] {
        let (posted, headers) = left_after(told, piece()).await;
        assert_eq!((posted.as_str(), headers.contains_key(CHECKSUM)), (left, false), "{told:?}");
    }
}

#[tokio::test]
async fn a_trailer_comes_after_a_header_and_is_not_seen_either() {
    for told in [None, Some("0.5")] {
        let (posted, headers) = left_after(told, Script::streamed([Step::Data("one"), Step::Trailers])).await;
        assert_eq!((posted.as_str(), headers.contains_key(CHECKSUM)), ("10.00", false));
    }
}

#[tokio::test]
async fn a_free_call_tells_no_cost_either() {
    let world = World::new().await;
    let layer = world.layer().with_cost_header(CHECKSUM);
    let service = serve_behind(&layer, |_| {
        let mut response = answer(StatusCode::OK, Script::streamed([Step::Data("one"), Step::Trailers]));
        response.headers_mut().insert(CHECKSUM, HeaderValue::from_static("0.5"));
        Ok(response)
    });
    drop(layer);
    let response = service.oneshot(request("/gift")).await.unwrap();
    assert!(!response.headers().contains_key(CHECKSUM));
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().map_or(0, HeaderMap::len), 0);
    assert_eq!(body.to_bytes(), "one");
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn a_route_may_have_other_rules() {
    let generous = Outcomes {
        delivered: Due::Estimate,
        client_gone: Due::Nothing,
        broken_off: Due::MeteredOrEstimate,
        other_answer: Due::Estimate,
        unanswered: Due::Nothing,
    };
    let piece = || Script::streamed([Step::Data("one")]);
    let broken = Script::streamed([Step::Data("one"), Step::Error]);
    for (status, body, reads, left) in [
        (StatusCode::OK, piece(), true, "9"),
        (StatusCode::OK, piece(), false, "10"),
        (StatusCode::OK, broken, true, "9.75"),
        (StatusCode::NOT_FOUND, piece(), true, "9"),
        (StatusCode::NOT_FOUND, piece(), false, "9"),
    ] {
        let world = World::new().await;
        let layer = world.layer().with_outcomes(generous);
        let service = serve_behind(&layer, move |call| {
            meter(&call).record(usd("0.25"));
            Ok(answer(status, body.clone()))
        });
        drop(layer);
        let response = service.oneshot(request("/call")).await.unwrap();
        let body = response.into_body();
        if reads {
            body.collect().await.ok();
        } else {
            drop(body);
        }
        assert_eq!(world.settled().await.posted, usd(left), "{status}, read {reads}");
    }
}

#[tokio::test]
async fn in_the_background_the_end_does_not_wait_for_the_capture() {
    let world = World::on(TroubledLedger::new(books()).with_captures_held_up(), 8).await;
    let layer = world.layer().with_background_settlement();
    let service = serve_behind(&layer, |_| Ok(crate::support::hello()));
    drop(layer);
    let response = service.oneshot(request("/call")).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert!(world.charges().await.is_empty());
    world.ledger.captures.add_permits(1);
    let asked = std::sync::Arc::clone(&world.ledger);
    assert_eq!(world.settled().await.posted, usd("9"));
    assert_eq!((asked.count(Asked::Authorize), asked.count(Asked::Capture)), (1, 1));
}

#[tokio::test]
async fn a_call_asks_the_ledger_once_before_it_runs_and_once_before_it_ends() {
    let world = World::new().await;
    let ledger = std::sync::Arc::clone(&world.ledger);
    let service = world.serve(move |_| {
        assert_eq!((ledger.asked(), ledger.count(Asked::Authorize)), (1, 1));
        Ok(crate::support::hello())
    });
    let response = service.oneshot(request("/call")).await.unwrap();
    assert_eq!(world.ledger.asked(), 1);
    response.into_body().collect().await.unwrap();
    assert_eq!((world.ledger.asked(), world.ledger.count(Asked::Capture)), (2, 1));
    let ledger = std::sync::Arc::clone(&world.ledger);
    world.settled().await;
    assert_eq!(ledger.asked(), 2);
}
