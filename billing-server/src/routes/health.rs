use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::{
    App, DatabaseState,
    error::{ApiError, ErrorBody, database_away},
};

/// A database that takes longer is as good as away.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the process is alive. It asks nobody else.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Health)))]
pub(crate) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether requests can be answered: the database is there and has its tables.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses((status = 200, body = Health), (status = 503, body = ErrorBody))
)]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<Json<Health>, ApiError> {
    match timeout(PING_TIMEOUT, app.store.schema.ping()).await {
        Ok(Ok(())) if app.database() != DatabaseState::Starting => Ok(Json(Health { status: "ready" })),
        Ok(Ok(())) => Err(ApiError::unavailable("STARTING", "the database is being prepared")),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(database_away()),
    }
}
