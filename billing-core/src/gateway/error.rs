use std::time::Duration;

use crate::BoxError;

/// Why a gateway did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The webhook is not from the provider, or too old to believe.
    #[error("webhook is not authentic: {reason}")]
    NotAuthentic {
        /// What was wrong with it.
        reason: &'static str,
    },
    /// The provider refused: a declined card, an amount it does not take.
    #[error("payment provider refused: {code}")]
    Declined {
        /// The provider's code.
        code: String,
        /// What the payer may read.
        message: Option<String>,
    },
    /// The order was opened by an earlier call whose answer was lost, and how to pay it can't be had again. Start
    /// another payment; this one is still credited if it gets paid.
    #[error("order {external_id} was opened before, and its checkout can't be had again")]
    OrderExists {
        /// The provider's id of the order.
        external_id: String,
    },
    /// The provider has no such payment.
    #[error("payment is unknown to its provider")]
    PaymentNotFound,
    /// The gateway can't do this.
    #[error("payment gateway does not support {operation}")]
    Unsupported {
        /// What it was asked.
        operation: &'static str,
    },
    /// The provider asks for patience.
    #[error("payment provider asks to slow down")]
    RateLimited {
        /// For how long.
        retry_after: Option<Duration>,
    },
    /// The provider does not let us in: our keys or rights are wrong.
    #[error("payment provider does not accept our credentials: {code}")]
    Unauthorized {
        /// The provider's code.
        code: String,
    },
    /// No answer, so the outcome is unknown. Repeat with the same id.
    #[error("payment provider is unavailable; the outcome is unknown")]
    Unavailable(#[source] BoxError),
    /// An answer that can't be read.
    #[error("payment provider sent something that could not be read")]
    Protocol(#[source] BoxError),
}

impl GatewayError {
    /// Whether the same call, with the same id, may succeed later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable(_))
    }
}
