//! Paid calls of services that are not in Rust: what the charge layer does, in four calls.
//!
//! The id of a hold comes from the service, so that each of them can be repeated.
pub(super) mod authorize;
pub(super) mod capture;
pub(super) mod extend;
mod refused;
pub(super) mod void;

use std::time::Duration;

use billing_core::{AccountId, HoldId, LedgerSettings};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use self::refused::Refused;
use crate::error::{ApiError, ErrorBody};

/// Which hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldName {
    /// Its name.
    hold_id: Uuid,
    /// Whose money it is.
    #[schema(value_type = String, example = "user-1")]
    account: AccountId,
}

/// The hold that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndedHold {
    /// Its name.
    hold_id: Uuid,
}

impl From<HoldId> for EndedHold {
    fn from(id: HoldId) -> Self {
        Self { hold_id: id.as_uuid() }
    }
}

/// What any of these calls may be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its documentation is used")]
enum PreflightErrors {
    /// The body is not as it has to be.
    #[response(status = 400)]
    Malformed(ErrorBody),
    /// There is no API key, or it is not known, or not any more.
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// The API key lacks the scope `preflight`; or the account is suspended.
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// The hold has ended otherwise, or its id was used for something else.
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// The hold's id is no UUID of version 7 from today or before; or the call can't be priced as it is.
    #[response(status = 422)]
    Unusable(ErrorBody),
    /// Billing is out of reach, and whether the call was done is not known: see `Retry-After`, and repeat it.
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

/// How long a hold is to live.
fn ttl(seconds: Option<u64>) -> Result<Option<Duration>, ApiError> {
    let ttl = seconds.map(Duration::from_secs);
    if ttl.is_some_and(|ttl| ttl.is_zero() || ttl > LedgerSettings::MAX_HOLD_TTL) {
        let most = LedgerSettings::MAX_HOLD_TTL.as_secs();
        return Err(ApiError::bad_request(
            "INVALID_TTL",
            format!("ttl_seconds: it must be from 1 to {most}"),
        ));
    }
    Ok(ttl)
}
