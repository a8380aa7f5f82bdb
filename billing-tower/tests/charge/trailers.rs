//! The trailer that tells what a call has cost.
use billing_tower::ResponseBody;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header};
use http_body_util::{BodyExt, Empty};
use tower::ServiceExt;

use crate::support::{Script, Step, World, answer, meter, request, serve_behind, usd};

fn asking_for_trailers(version: Version) -> Request<Empty<bytes::Bytes>> {
    let mut request = request("/call");
    *request.version_mut() = version;
    request.headers_mut().insert(header::TE, HeaderValue::from_static("gzip, Trailers"));
    request
}

/// What a client sees of an answer: its announcement of trailers, its data and its trailers.
async fn seen(
    world: &World,
    request: Request<Empty<bytes::Bytes>>,
    body: Script,
) -> (Option<HeaderValue>, String, HeaderMap) {
    let service = world.serve(move |call| {
        meter(&call).record(usd("0.37"));
        Ok(answer(StatusCode::OK, body.clone()))
    });
    let response = service.oneshot(request).await.unwrap();
    let announced = response.headers().get(header::TRAILER).cloned();
    let (data, trailers) = read(response.into_body()).await;
    (announced, data, trailers)
}

async fn read(mut body: ResponseBody<Script>) -> (String, HeaderMap) {
    let (mut data, mut trailers) = (String::new(), HeaderMap::new());
    while let Some(frame) = body.frame().await {
        match frame.unwrap().into_data() {
            Ok(piece) => data += std::str::from_utf8(&piece).unwrap(),
            Err(frame) => trailers = frame.into_trailers().unwrap_or_default(),
        }
    }
    (data, trailers)
}

#[tokio::test]
async fn the_cost_is_told_to_who_reads_trailers() {
    let bodies = || {
        let steps = [Step::Data("one"), Step::Data("two")];
        [Script::told(steps.clone()), Script::streamed(steps)]
    };
    for body in bodies() {
        let world = World::new().await;
        let (announced, data, trailers) = seen(&world, asking_for_trailers(Version::HTTP_11), body).await;
        assert_eq!((announced.unwrap(), data.as_str()), ("x-billing-charged".parse().unwrap(), "onetwo"));
        assert_eq!(trailers["x-billing-charged"], "0.37");
        assert_eq!(world.settled().await.posted, usd("9.63"));
    }
    for body in bodies() {
        let world = World::new().await;
        let (announced, _, trailers) = seen(&world, request("/call"), body).await;
        assert_eq!((announced, trailers.len()), (None, 0));
    }
}

#[tokio::test]
async fn the_trailers_of_the_answer_stay() {
    for body in [Script::told as fn(Vec<Step>) -> Script, Script::streamed] {
        let world = World::new().await;
        let body = body(vec![Step::Data("one"), Step::Trailers]);
        let (_, _, trailers) = seen(&world, asking_for_trailers(Version::HTTP_2), body).await;
        assert_eq!(
            (&trailers["checksum"], &trailers["x-billing-charged"]),
            (&"0".parse().unwrap(), &"0.37".parse().unwrap())
        );
        let _ = world.settled().await;
    }
}

#[tokio::test]
async fn an_announced_length_has_trailers_in_http_2_only() {
    for (version, told) in [(Version::HTTP_11, 0), (Version::HTTP_2, 1)] {
        let world = World::new().await;
        let body = Script::told([Step::Data("one")]).with_length(3);
        let (announced, data, trailers) = seen(&world, asking_for_trailers(version), body).await;
        assert_eq!((announced.is_some(), data.as_str(), trailers.len()), (told == 1, "one", told));
        assert_eq!(world.settled().await.posted, usd("9.63"));
    }
}

#[tokio::test]
async fn trailers_behind_a_body_of_known_length_count_in_http_2() {
    let world = World::new().await;
    let layer = world.layer().with_cost_header(http::HeaderName::from_static("checksum"));
    let body = Script::told([Step::Data("one"), Step::Trailers]).with_length(3);
    let service = serve_behind(&layer, move |_| Ok(answer(StatusCode::OK, body.clone())));
    drop(layer);
    let response = service.oneshot(asking_for_trailers(Version::HTTP_2)).await.unwrap();
    let (data, trailers) = read(response.into_body()).await;
    assert_eq!((data.as_str(), trailers.contains_key("checksum")), ("one", false));
    assert_eq!(trailers["x-billing-charged"], "0.00");
    // The trailer has told a cost of nothing.
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn a_call_that_cost_nothing_says_so() {
    let world = World::new().await;
    let body = Script::streamed([Step::Data("sorry")]);
    let service = world.serve(move |_| Ok(answer(StatusCode::BAD_GATEWAY, body.clone())));
    let response = service.oneshot(asking_for_trailers(Version::HTTP_2)).await.unwrap();
    let (data, trailers) = read(response.into_body()).await;
    assert_eq!((data.as_str(), &trailers["x-billing-charged"]), ("sorry", &"0.00".parse().unwrap()));
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn settled_in_the_background_nothing_is_told_and_nothing_waited_for() {
    let world = World::new().await;
    let body = Script::streamed([Step::Data("one")]);
    let layer = world.layer().with_background_settlement();
    let service = serve_behind(&layer, move |_| Ok(answer(StatusCode::OK, body.clone())));
    drop(layer);
    let response = service.oneshot(asking_for_trailers(Version::HTTP_2)).await.unwrap();
    assert!(!response.headers().contains_key(header::TRAILER));
    let (_, trailers) = read(response.into_body()).await;
    assert_eq!(trailers.len(), 0);
    assert_eq!(world.settled().await.posted, usd("9"));
}
