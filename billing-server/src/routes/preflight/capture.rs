use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{AccountId, Breakdown, Capture, Currency, HoldId, Posting};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PreflightErrors, Refused};
use crate::{
    App,
    amount::{Amount, AmountField, invalid_amount},
    auth::PreflightService,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
};

/// What a call has cost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCapture {
    /// The name of its hold.
    hold_id: Uuid,
    /// Who pays.
    #[schema(value_type = String, example = "user-1")]
    account: AccountId,
    /// The cost; it may be more than what is held.
    #[schema(required)]
    amount_usd: Option<AmountField>,
    /// How the cost came about: an object of at most 8 KiB, kept as it is written.
    #[schema(value_type = Option<Object>)]
    breakdown: Option<Box<RawValue>>,
}

/// What was taken for a call.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "clients know these names")]
pub(crate) struct Charged {
    /// The name of its hold, and of its line in the history.
    hold_id: Uuid,
    /// What was taken.
    charged_usd: Amount,
    /// What of the cost the account could not pay.
    uncollected_usd: Amount,
    /// The settled balance after it.
    balance_usd: Amount,
    /// Whether the hold had expired before.
    late: bool,
}

impl From<Posting> for Charged {
    fn from(posting: Posting) -> Self {
        Self {
            hold_id: posting.id.as_uuid(),
            charged_usd: posting.amount.into(),
            uncollected_usd: posting.uncollected.into(),
            balance_usd: posting.balance_after.into(),
            late: posting.late,
        }
    }
}

/// Takes the cost of a call out of its hold, and frees the rest. A repeat with the same amount answers the same.
#[utoipa::path(
    post,
    path = "/api/billing/preflight/capture",
    operation_id = "preflight_capture",
    tag = "preflight",
    security(("api_key" = []), ("api_key_bearer" = [])),
    request_body = NewCapture,
    responses(
        (status = 200, body = Charged),
        (status = 404, description = "The account has no such hold.", body = ErrorBody),
        PreflightErrors
    )
)]
pub(crate) async fn capture(
    State(app): State<Arc<App>>,
    _: PreflightService,
    ApiJson(asked): ApiJson<NewCapture>,
) -> Result<Json<Charged>, Refused> {
    let field = asked.amount_usd.as_ref().ok_or_else(|| invalid_amount("amount_usd", "it is missing"))?;
    let amount = field.not_negative("amount_usd", Currency::USD)?;
    let mut request = Capture::new(asked.account.clone(), HoldId::from(asked.hold_id), amount);
    request.breakdown = asked.breakdown.as_deref().map(read_breakdown).transpose()?;
    let captured = app.ledger().capture(request).await;
    let posting = captured.map_err(|error| Refused::by_ledger(&app, &asked.account, error))?;
    Ok(Json(posting.into()))
}

fn read_breakdown(json: &RawValue) -> Result<Breakdown, ApiError> {
    Breakdown::new(json.get())
        .map_err(|error| ApiError::bad_request("INVALID_BREAKDOWN", format!("breakdown: {error}")))
}
