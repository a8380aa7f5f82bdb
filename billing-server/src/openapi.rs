//! The description of the API, made from the code of its routes.
use std::sync::Arc;

use axum::Json;
use utoipa::{
    Modify, OpenApi as _,
    openapi::{
        OpenApi,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::{App, routes};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "billing",
        description = "Prepaid billing: balance, history, top-ups and paid calls.",
        license(name = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "account", description = "The caller's balance, history and settings."),
        (name = "payments", description = "Topping up."),
        (name = "tools", description = "Paid calls."),
        (name = "preflight", description = "Paid calls of services that bill through this API."),
        (name = "webhooks", description = "What payment providers tell."),
        (name = "operations", description = "For whoever runs the server.")
    ),
    modifiers(&SecuritySchemes)
)]
struct Api;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        let header = ApiKeyValue::with_description("X-API-Key", "The key of a service: `bk_…`.");
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(header)));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("bk_…").build();
        components.add_security_scheme("api_key_bearer", SecurityScheme::Http(bearer));
    }
}

/// The description of every route.
pub fn document() -> OpenApi {
    OpenApiRouter::<Arc<App>>::with_openapi(Api::openapi())
        .merge(routes::api())
        .merge(routes::authorize_api())
        .merge(routes::webhooks::webhooks())
        .merge(routes::tools_api())
        .merge(routes::probes())
        .into_openapi()
}

/// The description, as it is printed and kept in the repository.
///
/// # Errors
/// When it can't be written as JSON.
pub fn text() -> Result<String, serde_json::Error> {
    Ok(document().to_pretty_json()? + "\n")
}

pub(crate) async fn serve() -> Json<OpenApi> {
    Json(document())
}
