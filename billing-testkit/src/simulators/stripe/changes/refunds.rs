//! How the merchant gives money back, and how it fails to arrive.

use std::collections::BTreeMap;

use serde_json::Value;

use super::balance::Movement;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::objects::{Refund, RefundStatus};
use crate::simulators::stripe::state::{Moment, State};

/// A refund to make.
#[derive(Debug)]
pub(crate) struct NewRefund {
    pub(crate) charge: String,
    /// Absent: all that is left of the charge.
    pub(crate) amount: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl NewRefund {
    /// As made by the merchant's staff, without a word of why.
    pub(crate) fn from_console(
        state: &State,
        payment_intent: &str,
        amount: Option<i64>,
    ) -> Result<Self, ApiError> {
        let charge = state.paid_charge(payment_intent)?.id.clone();
        Ok(Self { charge, amount, reason: None, metadata: BTreeMap::new() })
    }
}

impl State {
    pub(crate) fn refund(&self, id: &str) -> Result<&Refund, ApiError> {
        self.refunds.get(id).ok_or_else(|| ApiError::not_found("refund", id, "id"))
    }

    pub(crate) fn create_refund(&mut self, moment: &Moment, new: NewRefund) -> Result<Value, ApiError> {
        let amount = self.refund_amount(&new)?;
        let charge = self.charge(&new.charge)?;
        let (payment_intent, currency) = (charge.payment_intent.clone(), charge.currency.clone());
        let id = ids::new("re");
        let movement = Movement {
            kind: "refund",
            category: "refund",
            amount: -amount,
            fee: 0,
            currency: &currency,
            source: &id,
        };
        let balance_transaction = self.book(moment, &movement);
        let refund = Refund {
            id,
            charge: new.charge,
            payment_intent,
            amount,
            currency,
            status: if self.refunds_start_pending { RefundStatus::Pending } else { RefundStatus::Succeeded },
            reason: new.reason,
            metadata: new.metadata,
            balance_transaction,
            failure_balance_transaction: None,
            created: moment.now,
        };
        let object = refund.to_json();
        let charge = refund.charge.clone();
        self.refunds.insert(refund);
        self.record(moment, "refund.created", object.clone());
        self.set_refunded(&charge, amount);
        let charge = self.charge(&charge)?.to_json();
        self.record(moment, "charge.refunded", charge);
        Ok(object)
    }

    /// The money of a pending refund arrives.
    pub(crate) fn complete_refund(&mut self, moment: &Moment, id: &str) -> Result<Value, ApiError> {
        if self.refund(id)?.status != RefundStatus::Pending {
            return Err(ApiError::state("", "Only a pending refund can be completed."));
        }
        self.update_refund(moment, id, &["refund.updated"], |refund| refund.status = RefundStatus::Succeeded)
    }

    /// The money comes back to the merchant, perhaps days after the refund had succeeded.
    pub(crate) fn fail_refund(&mut self, moment: &Moment, id: &str) -> Result<Value, ApiError> {
        let refund = self.refund(id)?;
        if refund.status == RefundStatus::Failed {
            return Err(ApiError::state("", "This refund has failed already."));
        }
        let (amount, charge) = (refund.amount, refund.charge.clone());
        let currency = refund.currency.clone();
        let movement = Movement {
            kind: "refund_failure",
            category: "refund_failure",
            amount,
            fee: 0,
            currency: &currency,
            source: id,
        };
        let returned = self.book(moment, &movement);
        self.set_refunded(&charge, -amount);
        self.update_refund(moment, id, &["refund.updated", "refund.failed"], |refund| {
            refund.status = RefundStatus::Failed;
            refund.failure_balance_transaction = Some(returned);
        })
    }

    fn refund_amount(&self, new: &NewRefund) -> Result<i64, ApiError> {
        let charge = self.charge(&new.charge)?;
        if self.is_charged_back(&charge.id) {
            let message = format!("Charge {} has been charged back; cannot issue a refund.", charge.id);
            return Err(ApiError::state("charge_disputed", message));
        }
        if charge.refundable() == 0 {
            let message = format!("Charge {} has already been refunded.", charge.id);
            return Err(ApiError::state("charge_already_refunded", message));
        }
        match new.amount {
            None => Ok(charge.refundable()),
            Some(amount) if amount < 1 => {
                let message = "This value must be greater than or equal to 1.";
                Err(ApiError::parameter("amount", "parameter_invalid_integer", message))
            }
            Some(amount) if amount > charge.refundable() => {
                let message = format!(
                    "Refund amount ({amount}) is greater than unrefunded amount on charge ({}).",
                    charge.refundable()
                );
                Err(ApiError::parameter("amount", "", message))
            }
            Some(amount) => Ok(amount),
        }
    }

    fn set_refunded(&mut self, charge: &str, change: i64) {
        if let Some(charge) = self.charges.get_mut(charge) {
            charge.amount_refunded += change;
        }
    }

    fn update_refund(
        &mut self,
        moment: &Moment,
        id: &str,
        events: &[&str],
        change: impl FnOnce(&mut Refund),
    ) -> Result<Value, ApiError> {
        let refund = self.refunds.get_mut(id).ok_or_else(|| ApiError::not_found("refund", id, "id"))?;
        change(refund);
        let object = refund.to_json();
        for event in events {
            self.record(moment, event, object.clone());
        }
        Ok(object)
    }
}
