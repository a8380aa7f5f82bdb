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
    response::Response,
    routing::{MethodFilter, get, on},
};
use billing_tower::ChargeLayer;
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

fn proxied(app: &Arc<App>, charge: ChargeLayer, upstream: Upstream) -> Router<Arc<App>> {
    let methods = MethodFilter::GET
        .or(MethodFilter::HEAD)
        .or(MethodFilter::POST)
        .or(MethodFilter::PUT)
        .or(MethodFilter::PATCH)
        .or(MethodFilter::DELETE)
        .or(MethodFilter::OPTIONS);
    Router::new()
        .route("/api/tools/{*path}", on(methods, proxy::forward))
        .route_layer(charge)
        .route_layer(from_fn(canonical))
        .route(TOOLS, get(proxy::forward))
        .route_layer(from_fn_with_state(Arc::clone(app), auth::identify))
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

/// What is priced is what runs: the path is brought to its one spelling, and one that could mean two things is
/// refused.
async fn canonical(mut request: Request, next: Next) -> Result<Response, ApiError> {
    let path = ToolPath::parse(request.uri().path())?;
    *request.uri_mut() = path.put_into(mem::take(request.uri_mut())).map_err(ApiError::internal)?;
    request.extensions_mut().insert(path);
    Ok(next.run(request).await)
}
