//! Paid calls to try the charge layer with, in the sandbox.
use std::{convert::Infallible, time::Duration};

use axum::{
    Extension, Json,
    body::Body,
    response::{IntoResponse, Response},
};
use billing_core::Money;
use billing_tower::Meter;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, header};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::sleep;
use utoipa::ToSchema;

use crate::{
    error::{ApiError, ErrorBody},
    extract::{ApiPath, read_json},
};

/// What a demo tool says piece by piece. Each piece costs a fifth of what is held.
const PIECES: [&str; 4] = ["reading", "thinking", "writing", "done"];
const PIECES_OF_A_HOLD: i64 = 5;
/// Before each piece, so that one can watch them come.
const PAUSE: Duration = Duration::from_millis(100);

/// What a demo tool answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ToolAnswer {
    /// The tool.
    #[schema(example = "search_cases")]
    tool: String,
    /// What it has found.
    result: String,
    /// What it was called with.
    #[schema(value_type = Option<Object>)]
    arguments: Option<Box<RawValue>>,
}

/// Runs a tool, at its price. The sandbox has demo tools; `serve` has those behind `TOOLS_UPSTREAM_URL`, which answer in
/// their own way, to any method. There `batch` is several calls in one, at the sum of their prices.
#[utoipa::path(
    post,
    path = "/api/tools/{tool}",
    tag = "tools",
    security(("token" = []), ("api_key" = []), ("api_key_bearer" = [])),
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
        (status = 409, description = "Of an `Idempotency-Key`: the call runs, or was charged.", body = ErrorBody),
        (status = 413, description = "The body is too long.", body = ErrorBody),
        (status = 422, description = "The call can't be priced as it is.", body = ErrorBody),
        (status = 429, description = "A limit is reached; with `limits` and `Retry-After`.", body = ErrorBody),
        (status = 502, description = "The tools can't be reached.", body = ErrorBody),
        (status = 503, description = "Billing is out of reach; with `Retry-After`.", body = ErrorBody),
        (status = 504, description = "The tool did not answer in time.", body = ErrorBody)
    )
)]
pub(super) async fn run_tool(
    ApiPath(tool): ApiPath<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ToolAnswer>, ApiError> {
    let arguments = if body.is_empty() { None } else { Some(read_json(&headers, &body)?) };
    let result = format!("{tool} has run; in production this is where the real tool answers");
    Ok(Json(ToolAnswer { tool, result, arguments }))
}

/// Runs a tool, at its price, and answers piece by piece. What it has cost is known at the end: a demo tool takes four
/// fifths of its price, and less where its caller leaves.
#[utoipa::path(
    post,
    path = "/api/tools/{tool}/stream",
    tag = "tools",
    security(("token" = []), ("api_key" = []), ("api_key_bearer" = [])),
    params(("tool" = String, Path, description = "Which tool.", example = "search_cases")),
    request_body(content = Option<serde_json::Value>, description = "What to call it with; nothing is fine."),
    responses(
        (status = 200, description = "Server-sent events.", body = String, content_type = "text/event-stream"),
        (status = "4XX", description = "As for a call without `/stream`.", body = ErrorBody),
        (status = "5XX", description = "As for a call without `/stream`.", body = ErrorBody)
    )
)]
pub(super) async fn stream_tool(Extension(meter): Extension<Meter>) -> Response {
    let price =
        meter.remaining().map(|held| Money::from_micros(held.micros() / PIECES_OF_A_HOLD, held.currency()));
    let pieces = stream::iter(PIECES).then(move |piece| {
        let meter = meter.clone();
        async move {
            sleep(PAUSE).await;
            if let Some(price) = price {
                meter.add(price);
            }
            Ok::<_, Infallible>(format!("data: {{\"state\":\"{piece}\"}}\n\n"))
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
}
