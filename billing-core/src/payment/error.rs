use crate::{ApiKeyId, BoxError, PaymentId, RefundId, WebhookId};

/// Why a store of payments, messages or keys did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such payment.
    #[error("payment {id} does not exist")]
    NotFound {
        /// Which payment.
        id: PaymentId,
    },
    /// The id names another payment already.
    #[error("id {id} already names another payment")]
    IdReused {
        /// Which id.
        id: PaymentId,
    },
    /// The payment has another provider id, or another payment has this one.
    #[error("payment {id} can't take over the provider's order {external_id}")]
    ExternalIdTaken {
        /// Which payment.
        id: PaymentId,
        /// The provider's id.
        external_id: String,
    },
    /// An operator has accepted something else as paid before.
    #[error("something else was accepted for payment {id} before")]
    AcceptedOtherwise {
        /// Which payment.
        id: PaymentId,
    },
    /// There is no such refund.
    #[error("refund {id} does not exist")]
    RefundNotFound {
        /// Which refund.
        id: RefundId,
    },
    /// The id names another refund already.
    #[error("id {id} already names another refund")]
    RefundIdReused {
        /// Which id.
        id: RefundId,
    },
    /// Another refund of the payment is under way.
    #[error("refund {refund} of payment {payment} is still under way")]
    RefundOpen {
        /// Which payment.
        payment: PaymentId,
        /// Which refund.
        refund: RefundId,
    },
    /// There is no such webhook.
    #[error("webhook {id} does not exist")]
    WebhookNotFound {
        /// Which webhook.
        id: WebhookId,
    },
    /// There is no such key.
    #[error("api key {id} does not exist")]
    ApiKeyNotFound {
        /// Which key.
        id: ApiKeyId,
    },
    /// The id, or the hash of the secret, belongs to another key already.
    #[error("api key {id} has the id or the secret of another key")]
    ApiKeyTaken {
        /// Which key.
        id: ApiKeyId,
    },
    /// The storage can't be reached; the outcome is unknown. Ask again.
    #[error("store is unavailable")]
    Unavailable(#[source] BoxError),
    /// The storage failed in a way that asking again won't mend.
    #[error("store failed")]
    Backend(#[source] BoxError),
}

impl StoreError {
    /// Whether the same call may succeed later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
