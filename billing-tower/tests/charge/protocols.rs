//! Routes that speak gRPC, JSON-RPC and MCP.
use billing_core::{Currency, PriceTable};
use billing_tower::{ChargeLayer, Protocol, RequestBody};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tower::{BoxError, Layer, ServiceExt, service_fn};

use crate::support::{Script, Step, World, acme, answer, usd};

const PRICES: &str = r#"
[operations]
"billing.test.Tools/Search" = { fixed = "1" }
search = { fixed = "1" }
dear = { fixed = "11" }
"#;

fn layer(world: &World, protocol: Protocol) -> ChargeLayer {
    let prices = PriceTable::from_toml(PRICES, Currency::USD).unwrap();
    ChargeLayer::new(world.settler.clone(), prices).with_protocol(protocol)
}

/// Sends a body through a layer to a service that answers so, and reads the answer.
async fn send(layer: ChargeLayer, path: &str, body: &str, response: Response<Script>) -> Response<Bytes> {
    let service = layer.layer(service_fn(move |call: Request<RequestBody<Full<Bytes>>>| {
        let response = response.clone();
        async move {
            call.into_body().collect().await?;
            Ok::<_, BoxError>(response)
        }
    }));
    let mut request = Request::post(path)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .unwrap();
    request.extensions_mut().insert(acme());
    let (parts, body) = service.oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap();
    Response::from_parts(parts, body.to_bytes())
}

fn json_answer(text: &'static str) -> Response<Script> {
    let mut response = answer(StatusCode::OK, Script::streamed([Step::Data(text)]));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

fn grpc_answer(status: Option<&'static str>, body: Script) -> Response<Script> {
    let mut response = answer(StatusCode::OK, body);
    if let Some(status) = status {
        response.headers_mut().insert("grpc-status", HeaderValue::from_static(status));
    }
    response
}

/// What is left after a call in gRPC that is answered so. Scripted trailers have no status, so it is taken from theirs.
async fn left_after_grpc(response: Response<Script>) -> billing_core::Money {
    let world = World::new().await;
    send(layer(&world, Protocol::Grpc), "/billing.test.Tools/Search", "", response).await;
    world.settled().await.posted
}

#[tokio::test]
async fn a_grpc_call_costs_something_when_its_status_is_ok() {
    let message = || vec![Step::Data("message")];
    let with_status = |status| {
        let mut steps = message();
        steps.push(Step::Status(status));
        Script::streamed(steps)
    };
    assert_eq!(left_after_grpc(grpc_answer(None, with_status("0"))).await, usd("9"));
    assert_eq!(left_after_grpc(grpc_answer(None, with_status("13"))).await, usd("10"));
    // Trailers without a status, and no trailers: the call has broken off.
    assert_eq!(
        left_after_grpc(grpc_answer(None, Script::streamed([Step::Data("a"), Step::Trailers]))).await,
        usd("10")
    );
    assert_eq!(left_after_grpc(grpc_answer(None, Script::streamed(message()))).await, usd("10"));
    // All in the head.
    assert_eq!(left_after_grpc(grpc_answer(Some("5"), Script::told([]))).await, usd("10"));
    assert_eq!(left_after_grpc(grpc_answer(Some("0"), Script::told([]))).await, usd("9"));
}

#[tokio::test]
async fn a_grpc_call_is_refused_with_a_status() {
    let world = World::new().await;
    let response = send(
        layer(&world, Protocol::Grpc),
        "/billing.test.Tools/Other",
        "",
        answer(StatusCode::OK, Script::told([])),
    )
    .await;
    let headers = response.headers();
    assert_eq!((response.status(), response.body().len()), (StatusCode::OK, 0));
    assert_eq!(
        (&headers["content-type"], &headers["grpc-status"]),
        (&"application/grpc".parse().unwrap(), &"12".parse().unwrap())
    );
    assert_eq!(headers["grpc-message"], "No price is set for billing.test.Tools/Other");
    assert!(headers.contains_key("grpc-status-details-bin"));
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn a_json_rpc_call_is_named_by_its_method_and_costs_something_when_it_has_a_result() {
    for (text, left) in [
        (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "9"),
        (r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}"#, "10"),
    ] {
        let world = World::new().await;
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"search"}"#;
        let response = send(layer(&world, Protocol::JsonRpc), "/rpc", body, json_answer(text)).await;
        assert_eq!(response.body(), text);
        assert_eq!(world.settled().await.posted, usd(left));
    }
}

#[tokio::test]
async fn a_tool_call_in_mcp_is_charged_and_everything_else_is_free() {
    let call = |name: &str| {
        json!({"jsonrpc": "2.0", "id": "a-1", "method": "tools/call", "params": {"name": name, "arguments": {}}}).to_string()
    };
    let fine = r#"{"jsonrpc":"2.0","id":"a-1","result":{"content":[]}}"#;
    let failed = r#"{"jsonrpc":"2.0","id":"a-1","result":{"content":[],"isError":true}}"#;
    let asks_back =
        r#"{"jsonrpc":"2.0","id":"a-1","result":{"resultType":"input_required","inputRequests":{}}}"#;
    let list = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#.to_owned();
    let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.to_owned();
    for (body, text, left) in [
        (call("search"), fine, "9"),
        (call("search"), failed, "10"),
        (call("search"), asks_back, "10"),
        (list, fine, "10"),
        (note, fine, "10"),
    ] {
        let world = World::new().await;
        let response = send(layer(&world, Protocol::Mcp), "/mcp", &body, json_answer(text)).await;
        assert_eq!(response.body(), text);
        assert_eq!(world.settled().await.posted, usd(left), "{body}");
    }
}

#[tokio::test]
async fn a_tool_call_that_asks_for_no_answer_gets_none_and_is_free() {
    let world = World::new().await;
    let body = r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"search"}}"#;
    let accepted = answer(StatusCode::ACCEPTED, Script::told([]));
    assert_eq!(
        send(layer(&world, Protocol::Mcp), "/mcp", body, accepted).await.status(),
        StatusCode::ACCEPTED
    );
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn a_tool_call_costs_the_same_by_any_method() {
    let world = World::new().await;
    let service = layer(&world, Protocol::Mcp)
        .layer(service_fn(|_| async { Ok::<_, BoxError>(json_answer(r#"{"id":1,"result":{}}"#)) }));
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"}}"#;
    let mut request = Request::put("/mcp")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    request.extensions_mut().insert(acme());
    service.oneshot(request).await.unwrap().into_body().collect().await.unwrap();
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn a_client_that_leaves_an_event_stream_pays_for_the_answer_that_it_has_got() {
    let good = "data: {\"id\":1,\"result\":{\"content\":[]}}\n\n";
    let failed = "data: {\"id\":1,\"result\":{\"content\":[],\"isError\":true}}\n\n";
    let note = "data: {\"method\":\"notifications/progress\"}\n\n";
    for (text, left) in [(good, "9"), (failed, "10"), (note, "9")] {
        let world = World::new().await;
        let service = layer(&world, Protocol::Mcp).layer(service_fn(move |_| async move {
            let mut response = answer(StatusCode::OK, Script::streamed([Step::Data(text)]));
            response.headers_mut().insert("content-type", HeaderValue::from_static("text/event-stream"));
            Ok::<_, BoxError>(response)
        }));
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"}}"#;
        let mut request = Request::post("/mcp")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        request.extensions_mut().insert(acme());
        let mut response = service.oneshot(request).await.unwrap();
        let event = response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(event, text);
        drop(response);
        assert_eq!(world.settled().await.posted, usd(left), "{text}");
    }
}

#[tokio::test]
async fn a_refusal_in_json_rpc_is_an_error_with_the_requests_id() {
    let world = World::new().await;
    let body = r#"{"jsonrpc":"2.0","id":"a-1","method":"tools/call","params":{"name":"dear"}}"#;
    let response = send(layer(&world, Protocol::Mcp), "/mcp", body, json_answer("{}")).await;
    assert_eq!(
        (response.status(), &response.headers()["content-type"]),
        (StatusCode::OK, &"application/json".parse().unwrap())
    );
    let told: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!((&told["id"], &told["error"]["code"]), (&json!("a-1"), &json!(-32_040)));
    assert_eq!(told["error"]["message"], "Required: $11.00, Available: $10.00");
    assert_eq!(told["error"]["data"]["status"], 402);
    assert_eq!(told["error"]["data"]["refusal"]["code"], "INSUFFICIENT_BALANCE");

    // Where nothing could be answered, or the request could not be read, HTTP tells.
    for (body, status, code) in [
        (r#"{"method":"tools/call","params":{"name":"dear"}}"#, 402, "INSUFFICIENT_BALANCE"),
        (r#"[{"id":1,"method":"tools/call","params":{"name":"search"}}]"#, 400, "INVALID_JSON_RPC"),
    ] {
        let response = send(layer(&world, Protocol::Mcp), "/mcp", body, json_answer("{}")).await;
        let told: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!((response.status().as_u16(), told["code"].as_str()), (status, Some(code)));
    }
    assert_eq!(world.settled().await.posted, usd("10"));
}

#[tokio::test]
async fn what_is_no_post_is_free_in_mcp_and_too_long_a_body_is_refused() {
    let world = World::new().await;
    let service = layer(&world, Protocol::Mcp).layer(service_fn(|_| async {
        Ok::<_, BoxError>(answer(StatusCode::OK, Script::told([Step::Data("event")])))
    }));
    let mut request = Request::new(Full::new(Bytes::new()));
    *request.method_mut() = Method::GET;
    request.extensions_mut().insert(acme());
    let response: Response<_> = service.oneshot(request.map(|body: Full<Bytes>| body)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    drop(response);
    let body = format!(r#"{{"method":"{}"}}"#, "x".repeat(100));
    let response =
        send(layer(&world, Protocol::Mcp).with_body_limit(64), "/mcp", &body, json_answer("{}")).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.settled().await.posted, usd("10"));
}
