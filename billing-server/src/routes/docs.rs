//! The API's documentation as a page, with everything that it needs from this server.
use std::sync::Arc;

use axum::{
    Router,
    middleware::map_response,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{App, dashboard::packing, error::nothing_here};

/// The page runs nothing but its own files, and calls nobody but this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/docs`, which reads `/openapi.json`.
pub(crate) fn docs() -> Router<Arc<App>> {
    // Nobody outside is asked whether the description is valid.
    let config = Config::from("/openapi.json").validator_url("none").use_base_layout();
    let policy = HeaderValue::from_static(POLICY);
    Router::from(SwaggerUi::new("/docs").config(config))
        .layer(map_response(in_our_form))
        .layer(packing())
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy))
}

/// The library's own answer to a wrong address has no body.
async fn in_our_form(answer: Response) -> Response {
    match answer.status() {
        StatusCode::NOT_FOUND => nothing_here().into_response(),
        _ => answer,
    }
}
