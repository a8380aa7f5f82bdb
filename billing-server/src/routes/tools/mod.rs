//! Paid calls: the tools of an upstream behind the charge layer, or the sandbox's own.
mod answer;
mod cost;
mod demo;
mod headers;
mod path;
mod proxy;
mod upload;

use std::{mem, sync::Arc};

use axum::{
    Extension, Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use billing_tower::{ChargeLayer, Due, Outcomes};
use http::{Method, header};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::{
    path::{TOOLS, ToolPath},
    proxy::Upstream,
    upload::limit_upload,
};
use crate::{
    App, BoxError, Mode, auth,
    bounds::{API_BODY_BYTES, limit_body, limit_time},
    charging::Charging,
    error::ApiError,
    router::{method_not_allowed, panicked},
};

/// What only an upstream has.
#[derive(OpenApi)]
#[openapi(paths(proxy::list_tools))]
struct UpstreamApi;

/// The description of the tools.
pub(crate) fn tools_api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(UpstreamApi::openapi()).merge(demo_api())
}

fn demo_api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(demo::run_tool)).routes(routes!(demo::stream_tool))
}

/// The tools behind the charge layer. They bring their own bounds: what an upstream answers may take long.
///
/// # Errors
/// When nothing could go on to the upstream.
pub(crate) fn tools(app: &Arc<App>, charging: &Charging) -> Result<Router<Arc<App>>, BoxError> {
    let Some(prices) = &app.prices else { return Ok(Router::new()) };
    let charge = charging
        .layer(prices.clone())
        .with_operation(|parts| parts.extensions.get().map(|path: &ToolPath| path.operation.clone()));
    match (&app.tools, &app.mode) {
        (Some(tools), _) => Ok(proxied(app, charge, Upstream::new(tools)?)),
        (None, Mode::Sandbox { .. }) => Ok(demo(app, charge)),
        (None, Mode::Serve) => Ok(Router::new()),
    }
}

/// What is paid for runs with these. HEAD and OPTIONS deliver nothing, so that a tool would run for them for nothing.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// A call goes on to the upstream, which may run it to its end: who does not wait for the answer pays for it, too.
/// Where nothing was delivered by no doing of the caller's, there is an answer that says so.
fn proxied(app: &Arc<App>, charge: ChargeLayer, upstream: Upstream) -> Router<Arc<App>> {
    let charge = charge.with_outcomes(Outcomes { unanswered: Due::MeteredOrEstimate, ..Outcomes::default() });
    Router::new()
        .route("/api/tools/{*path}", any(proxy::forward))
        // A panic is our failure and not a caller that has gone: it is an answer, before the charge sees it.
        .route_layer(CatchPanicLayer::custom(panicked))
        .route_layer(charge)
        .route_layer(from_fn(canonical))
        .route_layer(from_fn(limit_methods))
        .route(TOOLS, get(proxy::forward))
        .route_layer(from_fn_with_state(Arc::clone(app), auth::identify))
        .route_layer(from_fn_with_state(Arc::clone(app), auth::demand_token))
        .route_layer(from_fn(limit_upload))
        .layer(Extension(upstream))
}

fn demo(app: &Arc<App>, charge: ChargeLayer) -> Router<Arc<App>> {
    demo_api()
        .split_for_parts()
        .0
        .route_layer(charge)
        .route_layer(from_fn(canonical))
        .route_layer(from_fn_with_state(Arc::clone(app), auth::identify))
        .layer(from_fn_with_state(API_BODY_BYTES, limit_body))
        .layer(from_fn(limit_time))
}

/// Refuses other methods before anything is held. A filter of the route would not do: axum answers HEAD where GET is.
async fn limit_methods(request: Request, next: Next) -> Response {
    if METHODS.contains(request.method()) {
        return next.run(request).await;
    }
    let allowed = METHODS.each_ref().map(Method::as_str).join(",");
    ([(header::ALLOW, allowed)], method_not_allowed().await).into_response()
}

/// What is priced is what runs: the path is brought to its one spelling, and one that could mean two things is
/// refused.
async fn canonical(mut request: Request, next: Next) -> Result<Response, ApiError> {
    let path = ToolPath::parse(request.uri().path())?;
    *request.uri_mut() = path.put_into(mem::take(request.uri_mut())).map_err(ApiError::internal)?;
    request.extensions_mut().insert(path);
    Ok(next.run(request).await)
}
