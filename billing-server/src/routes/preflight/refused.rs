use axum::response::{IntoResponse, Response};
use billing_core::{AccountId, LedgerError};
use billing_tower::Refusal;
use http::StatusCode;

use crate::{
    App,
    error::{ApiError, chain},
};

/// Why a call of a service was not done.
#[derive(Debug)]
pub(crate) enum Refused {
    /// A rule of money, or billing itself: told as the charge layer tells it.
    ByBilling(Box<Refusal>),
    /// Anything else.
    ByApi(ApiError),
}

impl Refused {
    /// What a service is told about an error of the ledger.
    pub(super) fn by_ledger(app: &App, account: &AccountId, error: LedgerError) -> Self {
        let told = |status, code| Self::ByApi(ApiError::new(status, code, error.to_string()));
        match &error {
            LedgerError::HoldNotFound { .. } => told(StatusCode::NOT_FOUND, "HOLD_NOT_FOUND"),
            LedgerError::HoldClosed { .. } => told(StatusCode::CONFLICT, "HOLD_CLOSED"),
            LedgerError::IdReused { .. } => told(StatusCode::CONFLICT, "ID_REUSED"),
            LedgerError::InvalidId { .. } => told(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_ID"),
            LedgerError::InvalidAmount { .. } | LedgerError::InvalidRequest { .. } => {
                Self::ByApi(error.into())
            }
            _ => {
                log(account, &error);
                let refusal = Refusal::from_ledger(&error, app.clock.now());
                Self::ByBilling(Box::new(refusal.with_topup_url(app.addresses.top_up())))
            }
        }
    }
}

/// The phrases are those of the charge layer: queries look for them.
fn log(account: &AccountId, error: &LedgerError) {
    match error {
        LedgerError::InsufficientFunds { .. } | LedgerError::InDebt { .. } => {
            tracing::info!(account.id = %account, "Insufficient balance of account {account}: {error}");
        }
        error if error.is_refusal() => {
            tracing::info!(account.id = %account, "call of account {account} is refused: {error}");
        }
        error => {
            tracing::error!(account.id = %account, "call of account {account} can't be billed: {}", chain(error));
        }
    }
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::ByApi(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::ByBilling(refusal) => refusal.into_response(),
            Self::ByApi(error) => error.into_response(),
        }
    }
}
