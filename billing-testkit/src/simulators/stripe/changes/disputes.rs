//! How the payer's bank takes money back, and returns it.

use serde_json::Value;

use super::balance::Movement;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::objects::{Dispute, DisputeStatus, DisputeTerms};
use crate::simulators::stripe::state::{Moment, State};

/// What Stripe keeps for handling a dispute, on top of the money taken, in minor units.
const FEE: i64 = 1_500;

impl State {
    pub(crate) fn dispute(&self, id: &str) -> Result<&Dispute, ApiError> {
        self.disputes.get(id).ok_or_else(|| ApiError::not_found("dispute", id, "dispute"))
    }

    /// The payer complains. The money is withdrawn at once, unless the terms say otherwise.
    pub(crate) fn open_dispute(
        &mut self,
        moment: &Moment,
        payment_intent: &str,
        terms: &DisputeTerms,
    ) -> Result<Value, ApiError> {
        let charge = self.paid_charge(payment_intent)?;
        let amount = terms.amount.unwrap_or(charge.amount);
        if amount < 1 || amount > charge.amount {
            return Err(ApiError::malformed("A dispute is about a part of the charge or all of it."));
        }
        let dispute = Dispute {
            id: ids::new("dp"),
            charge: charge.id.clone(),
            payment_intent: payment_intent.to_owned(),
            amount,
            currency: charge.currency.clone(),
            status: if terms.inquiry {
                DisputeStatus::WarningNeedsResponse
            } else {
                DisputeStatus::NeedsResponse
            },
            transactions: Vec::new(),
            created: moment.now,
        };
        let id = dispute.id.clone();
        if let Some(charge) = self.charges.get_mut(&dispute.charge) {
            charge.is_disputed = true;
        }
        self.disputes.insert(dispute);
        self.record_dispute(moment, &id, "charge.dispute.created")?;
        if terms.withdraws() {
            self.withdraw(moment, &id, None)?;
        }
        self.dispute_json(&id)
    }

    /// Takes the disputed money, or a part of what is not taken yet. An inquiry becomes a dispute by it.
    pub(crate) fn withdraw(
        &mut self,
        moment: &Moment,
        id: &str,
        amount: Option<i64>,
    ) -> Result<Value, ApiError> {
        let left = self.dispute(id)?.amount - self.withdrawn(self.dispute(id)?);
        let amount = part(amount, left, "All of the disputed money has been withdrawn already.")?;
        self.move_funds(moment, id, -amount, FEE)?;
        if let Some(dispute) = self.disputes.get_mut(id)
            && dispute.status == DisputeStatus::WarningNeedsResponse
        {
            dispute.status = DisputeStatus::NeedsResponse;
        }
        self.record_dispute(moment, id, "charge.dispute.funds_withdrawn")
    }

    /// Gives money back to the merchant: all that is withdrawn, or a part.
    pub(crate) fn reinstate(
        &mut self,
        moment: &Moment,
        id: &str,
        amount: Option<i64>,
    ) -> Result<Value, ApiError> {
        let withdrawn = self.withdrawn(self.dispute(id)?);
        let amount = part(amount, withdrawn, "None of the disputed money is withdrawn.")?;
        self.move_funds(moment, id, amount, 0)?;
        self.record_dispute(moment, id, "charge.dispute.funds_reinstated")
    }

    /// Ends the dispute. Won: what is withdrawn comes back. An inquiry closes without either.
    pub(crate) fn close_dispute(
        &mut self,
        moment: &Moment,
        id: &str,
        is_won: bool,
    ) -> Result<Value, ApiError> {
        let dispute = self.dispute(id)?;
        let end = match dispute.status {
            DisputeStatus::WarningNeedsResponse => DisputeStatus::WarningClosed,
            DisputeStatus::NeedsResponse if is_won => DisputeStatus::Won,
            DisputeStatus::NeedsResponse => DisputeStatus::Lost,
            DisputeStatus::WarningClosed | DisputeStatus::Won | DisputeStatus::Lost => {
                return Err(ApiError::state("", "This dispute has been closed already."));
            }
        };
        let comes_back = is_won && self.withdrawn(dispute) > 0;
        if let Some(dispute) = self.disputes.get_mut(id) {
            dispute.status = end;
        }
        if comes_back {
            self.reinstate(moment, id, None)?;
        }
        self.record_dispute(moment, id, "charge.dispute.closed")
    }

    pub(crate) fn dispute_json(&self, id: &str) -> Result<Value, ApiError> {
        self.dispute(id).map(|dispute| dispute.to_json(&self.transactions))
    }

    /// Whether a dispute holds money of this charge.
    pub(super) fn is_charged_back(&self, charge: &str) -> bool {
        self.disputes.oldest_first().any(|dispute| dispute.charge == charge && self.withdrawn(dispute) > 0)
    }

    fn withdrawn(&self, dispute: &Dispute) -> i64 {
        let moved = |id: &String| self.transactions.get(id).map(|transaction| transaction.amount);
        -dispute.transactions.iter().filter_map(moved).sum::<i64>()
    }

    fn move_funds(&mut self, moment: &Moment, id: &str, amount: i64, fee: i64) -> Result<(), ApiError> {
        let currency = self.dispute(id)?.currency.clone();
        let category = if amount < 0 { "dispute" } else { "dispute_reversal" };
        let movement =
            Movement { kind: "adjustment", category, amount, fee, currency: &currency, source: id };
        let transaction = self.book(moment, &movement);
        if let Some(dispute) = self.disputes.get_mut(id) {
            dispute.transactions.push(transaction);
        }
        Ok(())
    }

    fn record_dispute(&mut self, moment: &Moment, id: &str, event: &str) -> Result<Value, ApiError> {
        let object = self.dispute_json(id)?;
        self.record(moment, event, object.clone());
        Ok(object)
    }
}

fn part(amount: Option<i64>, all: i64, none_left: &str) -> Result<i64, ApiError> {
    match amount.unwrap_or(all) {
        _ if all == 0 => Err(ApiError::state("", none_left)),
        amount if amount < 1 || amount > all => {
            Err(ApiError::malformed(format!("The amount must be between 1 and {all}.")))
        }
        amount => Ok(amount),
    }
}
