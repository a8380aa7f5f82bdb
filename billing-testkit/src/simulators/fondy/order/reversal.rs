//! What is kept of a reversal: money that goes back to the payer.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A part of an order, or all of it, on its way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reversal {
    pub(crate) transaction_id: i64,
    /// The merchant's own id, by which a repeat is recognised.
    pub(crate) reverse_id: Option<String>,
    pub(crate) amount: i64,
    pub(crate) status: ReversalStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReversalStatus {
    Created,
    Approved,
    Declined,
}

impl Reversal {
    /// Whether it is neither done nor declined.
    pub(crate) fn is_pending(&self) -> bool {
        self.status == ReversalStatus::Created
    }
}

impl ReversalStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }
}

impl From<&Reversal> for Value {
    fn from(reversal: &Reversal) -> Self {
        json!({
            "transaction_id": reversal.transaction_id,
            "reverse_id": reversal.reverse_id,
            "amount": reversal.amount,
            "reverse_status": reversal.status.as_str(),
        })
    }
}
