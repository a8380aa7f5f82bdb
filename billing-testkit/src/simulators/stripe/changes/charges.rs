//! How the bank answers an attempt to pay.

use super::balance::Movement;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::objects::Charge;
use crate::simulators::stripe::state::{Moment, State};

/// What the bank made of a payment.
pub(super) struct Attempt {
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) payment_method: String,
    pub(super) decline_code: Option<String>,
}

impl State {
    pub(crate) fn charge(&self, id: &str) -> Result<&Charge, ApiError> {
        self.charges.get(id).ok_or_else(|| ApiError::not_found("charge", id, "id"))
    }

    /// The charge of a payment that has been paid.
    pub(crate) fn paid_charge(&self, payment_intent: &str) -> Result<&Charge, ApiError> {
        let latest = self.payment_intent(payment_intent)?.latest_charge.as_deref();
        latest.and_then(|id| self.charges.get(id)).filter(|charge| charge.is_paid()).ok_or_else(|| {
            let message =
                format!("This PaymentIntent ({payment_intent}) does not have a successful charge to refund.");
            ApiError::state("payment_intent_unexpected_state", message)
        })
    }

    /// Adds a charge to a payment and returns its id.
    pub(super) fn attempt(
        &mut self,
        moment: &Moment,
        payment_intent: &str,
        attempt: &Attempt,
    ) -> Result<String, ApiError> {
        let details = self.payment_intent(payment_intent)?.details.clone();
        let id = ids::new("ch");
        let is_paid = attempt.decline_code.is_none();
        let balance_transaction = is_paid.then(|| {
            let movement = Movement {
                kind: "charge",
                category: "charge",
                amount: attempt.amount,
                fee: attempt.amount * 29 / 1_000,
                currency: &attempt.currency,
                source: &id,
            };
            self.book(moment, &movement)
        });
        let receipt_url = is_paid.then(|| format!("{}/receipts/{id}", moment.base_url));
        let charge = Charge {
            id: id.clone(),
            payment_intent: payment_intent.to_owned(),
            amount: attempt.amount,
            amount_refunded: 0,
            currency: attempt.currency.clone(),
            is_disputed: false,
            decline_code: attempt.decline_code.clone(),
            details,
            payment_method: attempt.payment_method.clone(),
            balance_transaction,
            receipt_url,
            created: moment.now,
        };
        let object = charge.to_json();
        self.charges.insert(charge);
        self.record(moment, if is_paid { "charge.succeeded" } else { "charge.failed" }, object);
        Ok(id)
    }
}
