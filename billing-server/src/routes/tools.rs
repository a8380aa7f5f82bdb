//! Paid calls to try the charge layer with, in the sandbox.
use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, Uri, uri::PathAndQuery};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App, Mode, auth,
    charging::Charging,
    error::{ApiError, ErrorBody},
    extract::{ApiPath, read_json},
};

/// What a demo tool answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolAnswer {
    /// The tool.
    #[schema(example = "search_cases")]
    tool: String,
    /// What it has found.
    result: String,
    /// What it was called with.
    #[schema(value_type = Option<Object>)]
    arguments: Option<Box<RawValue>>,
}

pub(crate) fn tools_api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(run_tool))
}

/// The tools behind the charge layer, in the sandbox.
pub(crate) fn tools(app: &Arc<App>, charging: &Charging) -> Option<Router<Arc<App>>> {
    let (Mode::Sandbox { .. }, Some(prices)) = (&app.mode, &app.prices) else { return None };
    let charge = charging.layer(prices.clone());
    let tools = tools_api()
        .split_for_parts()
        .0
        .route_layer(charge)
        .route_layer(from_fn(canonical))
        .route_layer(from_fn_with_state(Arc::clone(app), auth::identify));
    Some(tools)
}

/// Runs a demo tool, at its price. Only in the sandbox.
#[utoipa::path(
    post,
    path = "/api/tools/{tool}",
    tag = "tools",
    security(("token" = [])),
    params(("tool" = String, Path, description = "Which tool.", example = "search_cases")),
    request_body(content = Option<serde_json::Value>, description = "What to call it with; nothing is fine."),
    responses(
        (
            status = 200, body = ToolAnswer,
            headers(
                ("x-billing-hold" = String, description = "The hold, and later the charge."),
                ("x-billing-held" = String, description = "What was held."),
                ("x-billing-available" = String, description = "What is left beside it.")
            )
        ),
        (status = 401, description = "The token is missing, expired or wrong.", body = ErrorBody),
        (status = 402, description = "Not enough money; with `balance` and `topup_url`.", body = ErrorBody),
        (status = 403, description = "The account is suspended.", body = ErrorBody),
        (status = 404, description = "No such tool.", body = ErrorBody),
        (status = 413, description = "The body is longer than what is priced.", body = ErrorBody),
        (status = 422, description = "The call can't be priced as it is.", body = ErrorBody),
        (status = 429, description = "A limit is reached; with `limits` and `Retry-After`.", body = ErrorBody),
        (status = 503, description = "Billing is out of reach; with `Retry-After`.", body = ErrorBody)
    )
)]
pub(crate) async fn run_tool(
    ApiPath(tool): ApiPath<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ToolAnswer>, ApiError> {
    let arguments = if body.is_empty() { None } else { Some(read_json(&headers, &body)?) };
    let result = format!("{tool} has run; in production this is where the real tool answers");
    Ok(Json(ToolAnswer { tool, result, arguments }))
}

/// What is priced is what runs: the path is brought to its one spelling, and one that could mean two things is
/// refused.
async fn canonical(
    ApiPath(tool): ApiPath<String>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if tool.starts_with('.') || !tool.bytes().all(plain) {
        let message = "a tool's name has letters, digits, and -, _ or . within";
        return Err(ApiError::bad_request("INVALID_PATH", message));
    }
    let path = format!("/api/tools/{tool}");
    let path = request.uri().query().map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    *request.uri_mut() = Uri::from(PathAndQuery::try_from(path).map_err(ApiError::internal)?);
    Ok(next.run(request).await)
}
