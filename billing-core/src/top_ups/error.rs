use crate::{GatewayError, LedgerError, Money, PaymentId, StoreError};

/// Why a top-up did not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TopUpError {
    /// No gateway has this name.
    #[error("no payment gateway is called {name}")]
    UnknownGateway {
        /// The name.
        name: String,
    },
    /// The payment was not started here.
    #[error("payment {id} was not started here")]
    UnknownPayment {
        /// Which payment.
        id: PaymentId,
    },
    /// The gateway takes other amounts, or another currency.
    #[error("the amount must be from {min} to {max}")]
    AmountNotTaken {
        /// The least.
        min: Money,
        /// The most.
        max: Money,
    },
    /// The gateway's answer.
    #[error("payment gateway did not do it")]
    Gateway(#[from] GatewayError),
    /// The ledger's answer.
    #[error("ledger did not do it")]
    Ledger(#[from] LedgerError),
    /// The store's answer.
    #[error("payment store did not do it")]
    Store(#[from] StoreError),
}

impl TopUpError {
    /// Whether the same call may succeed later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Gateway(error) => error.is_retryable(),
            Self::Ledger(error) => error.is_retryable(),
            Self::Store(error) => error.is_retryable(),
            Self::UnknownGateway { .. } | Self::UnknownPayment { .. } | Self::AmountNotTaken { .. } => false,
        }
    }
}
