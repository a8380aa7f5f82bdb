//! Estimators that want to see the body.
use std::time::Duration;

use billing_core::{
    Breakdown, Call, CostEstimator, Currency, Estimate, EstimateError, Money, Needs, Operation,
};
use billing_tower::{ChargeLayer, RequestBody};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{BoxError, Layer, ServiceExt, service_fn};

use crate::support::{Asked, Script, Step, World, acme, usd};

/// A cent for each byte; bodies have at most 16.
#[derive(Debug)]
struct PerByte;

impl CostEstimator for PerByte {
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
        let body = call.body.unwrap();
        if body.starts_with(b"?") {
            return Err(EstimateError::Invalid { message: "a question can't be priced".to_owned() });
        }
        let amount = Money::from_micros(i64::try_from(body.len()).unwrap() * 10_000, Currency::USD);
        Ok(Estimate::UpTo { amount, breakdown: Breakdown::new(r#"{"per":"byte"}"#).ok() })
    }

    fn needs(&self, _operation: &Operation) -> Needs {
        Needs::NOTHING.with_body(16)
    }
}

/// Sends a body through the layer to a handler that sends it back.
async fn echo<B>(world: &World, identified: bool, body: B) -> Response<Bytes>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let layer = ChargeLayer::new(world.settler.clone(), PerByte).with_body_timeout(Duration::from_secs(2));
    let service = layer.layer(service_fn(|call: Request<RequestBody<B>>| async move {
        let read = call.into_body().collect().await.map_err(Into::into)?;
        let trailers = read.trailers().cloned();
        Ok::<_, BoxError>(Response::new(Full::new(read.to_bytes()).with_trailers(async { trailers.map(Ok) })))
    }));
    let mut request = Request::post("/echo").body(body).unwrap();
    if identified {
        request.extensions_mut().insert(acme());
    }
    let (parts, body) = service.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap();
    let mut response = Response::from_parts(parts, Bytes::new());
    response.headers_mut().extend(body.trailers().cloned().unwrap_or_default());
    *response.body_mut() = body.to_bytes();
    response
}

fn pieces() -> Script {
    Script::streamed([Step::Data("one"), Step::Pause, Step::Data("two"), Step::Trailers])
}

#[tokio::test]
async fn the_estimator_sees_the_body_and_the_handler_reads_it_again() {
    let world = World::new().await;
    let response = echo(&world, true, pieces()).await;
    assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, &b"onetwo"[..]));
    assert_eq!(response.headers()["checksum"], "0");
    let [charge] = &world.charges().await[..] else { panic!("one charge") };
    assert_eq!((charge.amount, charge.breakdown.is_some()), (usd("0.06"), true));
    assert_eq!(world.settled().await.posted, usd("9.94"));
}

#[tokio::test]
async fn an_empty_body_has_a_price_too() {
    let world = World::new().await;
    let response = echo(&world, true, Full::new(Bytes::new())).await;
    assert_eq!((response.status(), response.body().len()), (StatusCode::OK, 0));
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_can_not_be_priced_is_refused_before_any_hold() {
    let long = "a body of more than 16 bytes";
    for (body, status) in [
        (Script::told([Step::Data(long)]), StatusCode::PAYLOAD_TOO_LARGE),
        (Script::told([Step::Data(long)]).with_length(28), StatusCode::PAYLOAD_TOO_LARGE),
        (Script::streamed([Step::Data("one"), Step::Stall]), StatusCode::REQUEST_TIMEOUT),
        (Script::streamed([Step::Data("one"), Step::Error]), StatusCode::BAD_REQUEST),
        (Script::told([Step::Data("?")]), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let world = World::new().await;
        assert_eq!(echo(&world, true, body).await.status(), status);
        assert_eq!(world.ledger.count(Asked::Authorize), 0);
        assert_eq!(world.settled().await.posted, usd("10"));
    }
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let world = World::new().await;
    let response = echo(&world, false, Script::streamed([Step::Panic])).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
