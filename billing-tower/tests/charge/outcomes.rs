//! What a call costs, by how it ends.
use std::panic::AssertUnwindSafe;

use billing_core::{Currency, Money};
use futures_util::FutureExt;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{Script, Step, World, answer, hello, meter, read, request, usd};

const OK: StatusCode = StatusCode::OK;

/// What the account has left after one call that answers `status` with `body` and has `metered` on its meter.
async fn left_after(method: Method, status: StatusCode, body: Script, metered: Option<&str>) -> Money {
    let world = World::new().await;
    let metered = metered.map(usd);
    let service = world.serve(move |call| {
        if let Some(cost) = metered {
            meter(&call).record(cost);
        }
        Ok(answer(status, body.clone()))
    });
    let mut request = request("/call");
    *request.method_mut() = method;
    read(service, request).await.ok();
    world.settled().await.posted
}

#[tokio::test]
async fn a_delivered_call_costs_its_estimate() {
    let world = World::new().await;
    let response = read(world.serve(|_| Ok(hello())), request("/call")).await.unwrap();
    assert_eq!((response.status(), &response.body()[..]), (OK, &b"hello"[..]));
    let [charge] = &world.charges().await[..] else { panic!("one charge") };
    assert_eq!(charge.amount, usd("1"));
    assert_eq!(charge.operation.as_ref().unwrap().as_str(), "call");
    assert_eq!(charge.breakdown.as_ref().unwrap().as_str(), r#"{"price":"fixed","base":1.00}"#);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn the_meter_decides_what_a_delivered_call_costs() {
    let world = World::new().await;
    let service = world.serve(|call| {
        let meter = meter(&call);
        assert_eq!(meter.remaining(), Some(usd("1")));
        meter.add(usd("0.10"));
        meter.add(usd("0.15"));
        meter.record(Money::from_micros(7, Currency::UAH));
        Ok(hello())
    });
    read(service, request("/call")).await.unwrap();
    let [charge] = &world.charges().await[..] else { panic!("one charge") };
    assert_eq!(charge.amount, usd("0.25"));
    let breakdown = r#"{"price":"metered","estimate":{"price":"fixed","base":1.00}}"#;
    assert_eq!(charge.breakdown.as_ref().unwrap().as_str(), breakdown);
    assert_eq!(world.settled().await.posted, usd("9.75"));
}

#[tokio::test]
async fn a_delivered_call_may_cost_more_than_was_held() {
    let body = Script::told([Step::Data("much")]);
    assert_eq!(left_after(Method::GET, OK, body, Some("3")).await, usd("7"));
}

#[tokio::test]
async fn a_delivered_call_that_costs_nothing_is_recorded() {
    let world = World::new().await;
    let service = world.serve(|call| {
        meter(&call).record(usd("0"));
        Ok(hello())
    });
    read(service, request("/call")).await.unwrap();
    assert_eq!(world.charges().await[0].amount, usd("0"));
    assert_eq!(world.settled().await.calls, 1);
}

#[tokio::test]
async fn other_answers_are_free_unless_metered() {
    for status in [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::NOT_MODIFIED,
        StatusCode::BAD_REQUEST,
        StatusCode::INTERNAL_SERVER_ERROR,
    ] {
        for body in
            [Script::told([]), Script::told([Step::Data("sorry")]), Script::streamed([Step::Data("sorry")])]
        {
            assert_eq!(left_after(Method::GET, status, body.clone(), None).await, usd("10"), "{status}");
            assert_eq!(left_after(Method::GET, status, body.clone(), Some("0")).await, usd("10"), "{status}");
            assert_eq!(left_after(Method::GET, status, body, Some("0.40")).await, usd("9.60"), "{status}");
        }
    }
}

#[tokio::test]
async fn head_and_options_are_free_unless_metered() {
    for method in [Method::HEAD, Method::OPTIONS] {
        let body = Script::told([Step::Data("hello")]);
        assert_eq!(left_after(method.clone(), OK, body.clone(), None).await, usd("10"), "{method}");
        assert_eq!(left_after(method.clone(), OK, body, Some("0.40")).await, usd("9.60"), "{method}");
    }
}

#[tokio::test]
async fn answers_without_a_body_are_charged_with_their_head() {
    for (method, status, body) in [
        (Method::GET, OK, Script::told([])),
        (Method::GET, OK, Script::streamed([]).with_length(0)),
        (Method::GET, StatusCode::NO_CONTENT, Script::streamed([])),
        (Method::HEAD, OK, Script::streamed([])),
    ] {
        let world = World::new().await;
        let service = world.serve(move |call| {
            meter(&call).record(usd("1"));
            Ok(answer(status, body.clone()))
        });
        let mut request = request("/call");
        *request.method_mut() = method.clone();
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(world.charges().await.len(), 1, "{method} {status}");
        drop(response);
        assert_eq!(world.settled().await.posted, usd("9"));
    }
}

#[tokio::test]
async fn a_body_that_fails_is_free_unless_metered() {
    for body in [Script::told([Step::Data("he"), Step::Error]), Script::streamed([Step::Error])] {
        assert_eq!(left_after(Method::GET, OK, body.clone(), None).await, usd("10"));
        assert_eq!(left_after(Method::GET, OK, body, Some("0.40")).await, usd("9.60"));
    }
}

#[tokio::test]
async fn a_client_that_leaves_during_the_body_pays() {
    let world = World::new().await;
    let script = Script::streamed([Step::Data("he"), Step::Stall]);
    let service = world.serve(move |_| Ok(answer(OK, script.clone())));
    let mut response = service.oneshot(request("/call")).await.unwrap();
    let frame = response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "he");
    drop(response);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_is_free_unless_metered() {
    for panics in [false, true] {
        for (metered, left) in [(None, "10"), (Some("0.40"), "9.60")] {
            let world = World::new().await;
            let service = world.serve(move |call| {
                if let Some(cost) = metered {
                    meter(&call).record(usd(cost));
                }
                assert!(!panics, "the handler does not know what to do");
                Err("out of order".into())
            });
            let call = AssertUnwindSafe(read(service, request("/call"))).catch_unwind().await;
            assert!(call.is_ok_and(|answer| answer.is_err()) || panics);
            assert_eq!(world.settled().await.posted, usd(left));
        }
    }
}

#[tokio::test]
async fn a_body_that_panics_is_free_unless_metered() {
    let world = World::new().await;
    let script = Script::streamed([Step::Data("he"), Step::Panic]);
    let service = world.serve(move |_| Ok(answer(OK, script.clone())));
    let task = tokio::spawn(async move { read(service, request("/call")).await.map(drop) });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn a_connection_is_taken_over_only_where_it_is_allowed() {
    let handler = |_| Ok(answer(StatusCode::SWITCHING_PROTOCOLS, Script::told([])));
    let world = World::new().await;
    let refused = read(world.serve(handler), request("/call")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::NOT_IMPLEMENTED);
    assert_eq!(world.settled().await.posted, usd("10"));

    let world = World::new().await;
    let service = tower::Layer::layer(
        &world.layer().with_upgrades(),
        tower::service_fn(move |call: crate::support::Call| std::future::ready(handler(call))),
    );
    let response = service.oneshot(request("/call")).await.unwrap();
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(world.charges().await.len(), 1);
    assert_eq!(world.settled().await.posted, usd("9"));
}
