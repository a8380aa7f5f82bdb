use crate::{GatewayError, LedgerError, Money, PaymentId, QuoteId, RatesError, StoreError};

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
    /// The same payment is being started by another call. Ask again in a moment.
    #[error("payment {id} is being started")]
    Starting {
        /// Which payment.
        id: PaymentId,
    },
    /// There is no such quote for this account.
    #[error("quote {id} does not exist")]
    QuoteNotFound {
        /// Which quote.
        id: QuoteId,
    },
    /// The quote was made for another amount.
    #[error("quote {id} is for {quoted}")]
    QuoteOfOtherAmount {
        /// Which quote.
        id: QuoteId,
        /// What it was made for.
        quoted: Money,
    },
    /// The time of the quote is over.
    #[error("quote {id} has expired")]
    QuoteExpired {
        /// Which quote.
        id: QuoteId,
    },
    /// What an operator asked for can't be done with this payment.
    #[error("payment {id} {reason}")]
    NotPossible {
        /// Which payment.
        id: PaymentId,
        /// Why not.
        reason: &'static str,
    },
    /// The webhook is authentic, but what it says can't be read; it is stored.
    #[error("webhook can't be read")]
    Unreadable(#[source] GatewayError),
    /// There is no exchange rate to go by.
    #[error("no exchange rate")]
    Rates(#[from] RatesError),
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
            Self::Rates(error) => error.is_retryable(),
            Self::Starting { .. } => true,
            Self::UnknownGateway { .. }
            | Self::UnknownPayment { .. }
            | Self::AmountNotTaken { .. }
            | Self::QuoteNotFound { .. }
            | Self::QuoteOfOtherAmount { .. }
            | Self::QuoteExpired { .. }
            | Self::NotPossible { .. }
            | Self::Unreadable(_) => false,
        }
    }
}
