//! The description of the API, made from the code of its routes.
use std::sync::Arc;

use axum::Json;
use utoipa::{
    Modify, OpenApi as _,
    openapi::{
        OpenApi, PathItem,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
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
        (name = "sign-in", description = "Signing in and out with a browser."),
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
        let cookie = ApiKeyValue::with_description(
            "__Host-billing",
            "A browser that is signed in; `billing` over plain http on this machine. What changes something needs \
             `X-Requested-With: billing-dashboard` and the server's own origin as well.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// What a token may ask, a browser that is signed in may ask, too.
fn admit_sessions(path: &mut PathItem) {
    let by = |scheme| SecurityRequirement::new::<_, [String; 0], _>(scheme, []);
    let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
    for operation in operations.into_iter().flatten() {
        if let Some(ways) = operation.security.as_mut().filter(|ways| ways.contains(&by("token"))) {
            ways.push(by("session"));
        }
    }
}

/// The description of every route.
pub fn document() -> OpenApi {
    let mut document = OpenApiRouter::<Arc<App>>::with_openapi(Api::openapi())
        .merge(routes::sign_in())
        .merge(routes::api())
        .merge(routes::authorize_api())
        .merge(routes::webhooks::webhooks())
        .merge(routes::tools_api())
        .merge(routes::probes())
        .into_openapi();
    document.paths.paths.values_mut().for_each(admit_sessions);
    document
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
