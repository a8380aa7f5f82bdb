use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{HoldId, Void};

use super::{EndedHold, HoldName, PreflightErrors, Refused};
use crate::{App, auth::PreflightService, extract::ApiJson};

/// Frees the hold of a call that costs nothing. One that is unknown can't be placed any more. A repeat is harmless.
#[utoipa::path(
    post,
    path = "/api/billing/preflight/void",
    operation_id = "preflight_void",
    tag = "preflight",
    security(("api_key" = []), ("api_key_bearer" = [])),
    request_body = HoldName,
    responses((status = 200, body = EndedHold), PreflightErrors)
)]
pub(crate) async fn void(
    State(app): State<Arc<App>>,
    _: PreflightService,
    ApiJson(HoldName { hold_id, account }): ApiJson<HoldName>,
) -> Result<Json<EndedHold>, Refused> {
    let hold = HoldId::from(hold_id);
    let voided = app.ledger().void(Void::new(account.clone(), hold)).await;
    voided.map_err(|error| Refused::by_ledger(&app, &account, error))?;
    Ok(Json(hold.into()))
}
