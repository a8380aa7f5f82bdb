//! The API's documentation as a page, with everything that it needs from this server.
use std::sync::Arc;

use axum::Router;
use http::{HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::App;

/// The page runs nothing but its own files, and calls nobody but this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `/docs`, which reads `/openapi.json`.
pub(crate) fn docs() -> Router<Arc<App>> {
    // Nobody outside is asked whether the description is valid.
    let config = Config::from("/openapi.json").validator_url("none").use_base_layout();
    let policy = HeaderValue::from_static(POLICY);
    Router::from(SwaggerUi::new("/docs").config(config))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy))
}
