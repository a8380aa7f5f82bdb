use std::time::Duration;

use billing_core::{EstimateError, LedgerError, LimitExceeded, Money, Operation, Period};
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;

use super::{Refusal, fields::Fields};

impl Refusal {
    /// When to ask again while billing is out of reach.
    const RETRY_UNAVAILABLE: Duration = Duration::from_secs(5);

    /// When to ask again whether a call has ended.
    const RETRY_RUNNING: Duration = Duration::from_secs(1);

    /// What a caller is told about an error of the ledger, at `now`: a refusal by a rule in full, anything else without
    /// its cause.
    pub fn from_ledger(error: &LedgerError, now: DateTime<Utc>) -> Self {
        match error {
            LedgerError::InsufficientFunds { required, available } => {
                Self::payment_required("INSUFFICIENT_BALANCE", "Insufficient balance", *required, *available)
            }
            LedgerError::InDebt { required, posted } => {
                Self::payment_required("IN_DEBT", "Account in debt", *required, *posted)
            }
            LedgerError::LimitExceeded(exceeded) => Self::limit_exceeded(exceeded, now),
            LedgerError::AccountSuspended { .. } => Self::new(
                StatusCode::FORBIDDEN,
                "ACCOUNT_SUSPENDED",
                "Account suspended",
                "This account may not make paid calls",
            ),
            LedgerError::Unavailable(_) => Self::unavailable(),
            _ => Self::failed(),
        }
    }

    /// Nobody is known who pays.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "Unauthenticated",
            "This call needs an account that pays for it",
        )
    }

    /// Billing is out of reach for now.
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "BILLING_UNAVAILABLE",
            "Billing unavailable",
            "This call can't be billed right now",
        )
        .with_retry_after(Self::RETRY_UNAVAILABLE)
    }

    /// Billing is broken; asking again won't help.
    pub fn failed() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "BILLING_FAILED",
            "Billing failed",
            "This call can't be billed",
        )
    }

    pub(crate) fn from_estimate(error: &EstimateError) -> Self {
        match error {
            EstimateError::NoPrice { operation } => Self::unknown_operation(Some(operation)),
            EstimateError::Invalid { message } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_CALL", "Invalid call", message)
            }
            _ => Self::failed(),
        }
    }

    pub(crate) fn unknown_operation(operation: Option<&Operation>) -> Self {
        let message = operation.map_or_else(
            || "This is no operation that has a price".to_owned(),
            |operation| format!("No price is set for {operation}"),
        );
        Self::new(StatusCode::NOT_FOUND, "UNKNOWN_OPERATION", "Unknown operation", message)
    }

    pub(crate) fn body_too_large(limit_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "BODY_TOO_LARGE",
            "Body too large",
            format!("A body of this call has at most {limit_bytes} bytes"),
        )
    }

    pub(crate) fn body_timeout(limit: Duration) -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "BODY_TIMEOUT",
            "Body timeout",
            format!("The body did not arrive within {limit:?}"),
        )
    }

    pub(crate) fn unreadable_body() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "UNREADABLE_BODY",
            "Unreadable body",
            "The body could not be read to its end",
        )
    }

    pub(crate) fn upgrade_unsupported() -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "UPGRADE_UNSUPPORTED",
            "Upgrade unsupported",
            "A paid call can't take the connection over",
        )
    }

    pub(crate) fn invalid_json_rpc(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_JSON_RPC", "Invalid JSON-RPC", message)
    }

    pub(crate) fn invalid_idempotency_key() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "INVALID_IDEMPOTENCY_KEY",
            "Invalid Idempotency-Key",
            "The header Idempotency-Key has 1 to 255 visible ASCII characters, once",
        )
    }

    pub(crate) fn idempotency_key_reused() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "IDEMPOTENCY_KEY_REUSED",
            "Idempotency-Key reused",
            "This Idempotency-Key was sent with another call, or too often; take a new key for a new call",
        )
    }

    pub(crate) fn call_running() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "CALL_RUNNING",
            "Call running",
            "A call with this Idempotency-Key runs, or was broken off a moment ago",
        )
        .with_retry_after(Self::RETRY_RUNNING)
    }

    pub(crate) fn call_charged() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "CALL_CHARGED",
            "Call charged",
            "A call with this Idempotency-Key has ended and was charged; its answer is not kept",
        )
    }

    fn payment_required(code: &'static str, error: &str, required: Money, current: Money) -> Self {
        let message = format!("Required: {}, Available: {}", required.with_sign(), current.with_sign());
        let shortfall = Money::from_micros(
            required.micros().saturating_sub(current.micros()).max(0),
            required.currency(),
        );
        let balance = Fields::default()
            .amount("current", current)
            .amount("required", required)
            .amount("shortfall", shortfall);
        let mut refusal = Self::new(StatusCode::PAYMENT_REQUIRED, code, error, message);
        refusal.fields = refusal.fields.object("balance", balance);
        refusal
    }

    fn limit_exceeded(exceeded: &LimitExceeded, now: DateTime<Utc>) -> Self {
        let (code, error, name) = match exceeded.period {
            Period::Monthly => ("MONTHLY_LIMIT_EXCEEDED", "Monthly limit exceeded", "Monthly limit"),
            _ => ("DAILY_LIMIT_EXCEEDED", "Daily limit exceeded", "Daily limit"),
        };
        let window = exceeded.window();
        let message = format!(
            "Required: {}, {name}: {}, Spent: {}",
            exceeded.required.with_sign(),
            window.limit.with_sign(),
            window.used.with_sign(),
        );
        let limits = Fields::default()
            .amount("daily_limit", exceeded.day.limit)
            .amount("daily_spent", exceeded.day.used)
            .amount("monthly_limit", exceeded.month.limit)
            .amount("monthly_spent", exceeded.month.used)
            .text("resets_at", window.ends_at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        let wait = window.ends_at.signed_duration_since(now).to_std().unwrap_or_default();
        let mut refusal =
            Self::new(StatusCode::TOO_MANY_REQUESTS, code, error, message).with_retry_after(wait);
        refusal.fields = refusal.fields.object("limits", limits);
        refusal
    }
}
