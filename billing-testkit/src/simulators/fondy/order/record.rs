//! What is kept of an order.

use serde::{Deserialize, Serialize};

use super::reversal::{Reversal, ReversalStatus};
use super::terms::{OrderTerms, PayTerms};
use crate::simulators::fondy::cards::SeenCard;
use crate::simulators::fondy::quirks::Quirks;
use crate::simulators::shared::table::Row;

/// Transaction ids have ten digits.
pub(crate) const FIRST_TRANSACTION_ID: i64 = 1_900_000_000;

/// One order, from its creation on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the name is Fondy's")]
pub(crate) struct Order {
    pub(crate) order_id: String,
    pub(crate) payment_id: i64,
    /// What the address of the checkout page ends with; whoever knows it may pay.
    pub(crate) token: String,
    pub(crate) terms: OrderTerms,
    pub(crate) status: Status,
    pub(crate) created_at: i64,
    pub(crate) changed_at: i64,
    /// The last card that the payer tried.
    pub(crate) attempt: Option<Attempt>,
    /// How it was paid, if it was.
    pub(crate) paid: Option<PayTerms>,
    pub(crate) reversals: Vec<Reversal>,
}

/// A card tried, and what the bank said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) card: SeenCard,
    pub(crate) transaction_id: i64,
    /// Why the bank declined; nothing when it did not.
    pub(crate) declined_with: Option<u32>,
}

/// How far an order is, reversals aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Created,
    Processing,
    Declined,
    Approved,
    Expired,
}

impl Order {
    pub(crate) fn expires_at(&self) -> i64 {
        self.created_at.saturating_add(self.terms.lifetime_seconds)
    }

    /// Whether the payer may still pay.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, Status::Created | Status::Processing)
    }

    pub(crate) fn is_paid(&self) -> bool {
        self.status == Status::Approved
    }

    /// The amount that Fondy tells.
    pub(crate) fn amount(&self) -> i64 {
        self.paid.as_ref().and_then(|paid| paid.amount).unwrap_or(self.terms.amount)
    }

    /// The currency that Fondy tells.
    pub(crate) fn currency(&self) -> &str {
        self.paid.as_ref().and_then(|paid| paid.currency.as_deref()).unwrap_or(&self.terms.currency)
    }

    /// The running total of what was given back.
    pub(crate) fn reversal_amount(&self) -> i64 {
        self.reversals_total(|status| status == ReversalStatus::Approved)
    }

    /// What can still be given back: neither given back nor about to be.
    pub(crate) fn reversible_amount(&self) -> i64 {
        self.amount() - self.reversals_total(|status| status != ReversalStatus::Declined)
    }

    fn reversals_total(&self, counts: impl Fn(ReversalStatus) -> bool) -> i64 {
        self.reversals.iter().filter(|reversal| counts(reversal.status)).map(|reversal| reversal.amount).sum()
    }

    /// The `order_status` of answers and callbacks.
    pub(crate) fn status_name(&self, quirks: &Quirks) -> &'static str {
        let reversed = self.reversal_amount();
        match self.status {
            Status::Created => "created",
            Status::Processing => "processing",
            Status::Declined => "declined",
            Status::Expired => "expired",
            Status::Approved if reversed >= self.amount() => "reversed",
            Status::Approved if reversed > 0 && quirks.partly_reversed_is_reversed => "reversed",
            Status::Approved => "approved",
        }
    }
}

impl Row for Order {
    fn id(&self) -> &str {
        &self.order_id
    }
}
