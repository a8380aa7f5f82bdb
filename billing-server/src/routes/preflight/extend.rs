use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{AccountId, Authorization, Extend, HoldId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PreflightErrors, Refused, ttl};
use crate::{App, amount::Amount, auth::PreflightService, error::ErrorBody, extract::ApiJson};

/// A call that takes longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LongerHold {
    /// The name of its hold.
    hold_id: Uuid,
    /// Who pays.
    #[schema(value_type = String, example = "user-1")]
    account: AccountId,
    /// How long the hold lives from now, else as the server is configured; never shorter than it would have.
    #[schema(minimum = 1, maximum = 86_400)]
    ttl_seconds: Option<u64>,
}

/// A hold with more time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExtendedHold {
    /// Its name.
    hold_id: Uuid,
    /// What is set aside.
    held_usd: Amount,
    /// What is left to spend beside it.
    available_usd: Amount,
    /// When it frees its money by itself.
    expires_at: DateTime<Utc>,
}

impl From<Authorization> for ExtendedHold {
    fn from(Authorization { hold, available, .. }: Authorization) -> Self {
        Self {
            hold_id: hold.id.as_uuid(),
            held_usd: hold.amount.into(),
            available_usd: available.into(),
            expires_at: hold.expires_at,
        }
    }
}

/// Gives an open hold more time. One that has expired is not revived.
#[utoipa::path(
    post,
    path = "/api/billing/preflight/extend",
    operation_id = "preflight_extend",
    tag = "preflight",
    security(("api_key" = []), ("api_key_bearer" = [])),
    request_body = LongerHold,
    responses(
        (status = 200, body = ExtendedHold),
        (status = 404, description = "The account has no such hold.", body = ErrorBody),
        PreflightErrors
    )
)]
pub(crate) async fn extend(
    State(app): State<Arc<App>>,
    _: PreflightService,
    ApiJson(LongerHold { hold_id, account, ttl_seconds }): ApiJson<LongerHold>,
) -> Result<Json<ExtendedHold>, Refused> {
    let ttl = ttl(ttl_seconds)?.unwrap_or(app.hold_ttl);
    let extended = app.ledger().extend(Extend::new(account.clone(), HoldId::from(hold_id), ttl)).await;
    let hold = extended.map_err(|error| Refused::by_ledger(&app, &account, error))?;
    Ok(Json(hold.into()))
}
