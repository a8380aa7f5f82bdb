//! The whole application as one router: routes, and what stands around them.
use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    handler::Handler as _,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::get,
};
use billing_core::BoxError;
use billing_tower::Mode as PreflightMode;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tower_http::{catch_panic::CatchPanicLayer, cors::CorsLayer, set_header::SetResponseHeaderLayer};

use crate::{
    App, DatabaseState, Mode,
    bounds::{API_BODY_BYTES, PREFLIGHT_BODY_BYTES, WEBHOOK_BODY_BYTES, limit_body, limit_time},
    dashboard::{self, packing},
    error::{ApiError, database_away},
    openapi, routes,
    sandbox::mailbox,
    telemetry,
};

/// Two years, as browsers want it for a host that they know beforehand.
const HTTPS_ALONE: &str = "max-age=63072000; includeSubDomains";

/// Every route of `app`; `tools` are paid calls, with bounds of their own.
pub fn router(app: &Arc<App>, tools: Router<Arc<App>>) -> Router {
    let api = routes::api().split_for_parts().0.layer(from_fn_with_state(API_BODY_BYTES, limit_body));
    let webhooks = routes::webhooks::webhooks().split_for_parts().0;
    let webhooks = webhooks.layer(from_fn_with_state(WEBHOOK_BODY_BYTES, limit_body));
    let pages = routes::pages(app).layer(packing());
    let pages = pages.layer(from_fn_with_state(WEBHOOK_BODY_BYTES, limit_body));
    let authorize = routes::authorize_api().split_for_parts().0;
    let authorize = authorize.layer(from_fn_with_state(PREFLIGHT_BODY_BYTES, limit_body));
    let gate = from_fn_with_state(Arc::clone(app), refuse_without_database);
    // Where nothing is refused, a database that is away refuses nothing either.
    let authorize = match app.preflight.mode {
        PreflightMode::Enforce => authorize.route_layer(gate.clone()),
        _ => authorize,
    };

    let sign_in = routes::sign_in().split_for_parts().0;
    let sign_in = sign_in.layer(from_fn_with_state(API_BODY_BYTES, limit_body));

    let router = api
        .merge(webhooks)
        .route_layer(gate)
        .merge(authorize)
        .merge(sign_in)
        .merge(pages)
        .layer(from_fn(limit_time))
        .merge(tools)
        .merge(routes::probes().split_for_parts().0)
        .merge(match app.mode {
            Mode::Sandbox { .. } => mailbox::routes(),
            Mode::Serve => Router::new(),
        })
        .route("/openapi.json", get(openapi::serve).layer(packing()))
        .merge(routes::docs())
        .fallback(dashboard::serve.layer(packing()))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::REFERRER_POLICY, "no-referrer"))
        .layer(header_layer(header::CACHE_CONTROL, "no-store"));
    let router = match app.addresses.allowed_origin.as_deref().map(HeaderValue::try_from) {
        Some(Ok(origin)) => router.layer(cors(origin)),
        _ => router,
    };
    let router = if app.addresses.backend.is_encrypted() {
        router.layer(header_layer(header::STRICT_TRANSPORT_SECURITY, HTTPS_ALONE))
    } else {
        router
    };
    router.layer(from_fn(telemetry::trace)).with_state(Arc::clone(app))
}

fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Browsers may call from the dashboard's origin, with a token and without cookies.
fn cors(origin: HeaderValue) -> CorsLayer {
    let allowed = ["authorization", "content-type", "idempotency-key", "last-event-id", "x-request-id"];
    let exposed =
        ["x-billing-hold", "x-billing-held", "x-billing-available", "x-billing-charged", "x-request-id"];
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(allowed.map(HeaderName::from_static))
        .expose_headers(
            exposed.map(HeaderName::from_static).into_iter().chain([header::RETRY_AFTER]).collect::<Vec<_>>(),
        )
}

/// While the database is away, nothing that needs it is tried: the answer comes at once instead of after a time-out.
async fn refuse_without_database(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    match app.database() {
        DatabaseState::Ready => Ok(next.run(request).await),
        DatabaseState::Away => Err(database_away()),
        DatabaseState::Starting => {
            let message = "the server has not reached its database yet; please try again";
            Err(ApiError::unavailable("STARTING", message))
        }
    }
}

/// axum adds `Allow`.
pub(crate) async fn method_not_allowed() -> ApiError {
    let message = "this address does not take this method; see the header Allow";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is tower-http's")]
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    ApiError::internal(BoxError::from(format!("a handler panicked: {text}"))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_fault_of_ours_and_tells_nothing() {
        let response = panicked(Box::new("secret detail"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    }
}
