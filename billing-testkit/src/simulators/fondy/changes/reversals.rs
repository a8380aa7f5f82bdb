//! How money goes back to the payer.

use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::moment::Moment;
use crate::simulators::fondy::order::{FIRST_TRANSACTION_ID, Order, Reversal, ReversalStatus};
use crate::simulators::fondy::quirks::ReversalOutcome;
use crate::simulators::fondy::state::State;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct NewReversal {
    /// In minor units; all that is left when there is none.
    pub(crate) amount: Option<i64>,
    pub(crate) reverse_id: Option<String>,
}

impl State {
    /// The merchant asks through the API. What becomes of it is up to the quirks.
    pub(crate) fn reverse_by_api(
        &mut self,
        moment: &Moment,
        order_id: &str,
        new: NewReversal,
    ) -> Result<Reversal, ApiError> {
        if !self.quirks.reverse_id_is_ignored
            && let Some(kept) = self.repeated(order_id, &new)?
        {
            return Ok(kept);
        }
        let status = match self.quirks.reversals {
            ReversalOutcome::Approved => ReversalStatus::Approved,
            ReversalOutcome::Created => ReversalStatus::Created,
            ReversalOutcome::Declined => ReversalStatus::Declined,
            ReversalOutcome::Refused(code) => return Err(ApiError::with_code(code)),
        };
        self.reverse(moment, order_id, new, status)
    }

    /// The merchant's staff reverses from Fondy's own console.
    pub(crate) fn reverse_by_staff(
        &mut self,
        moment: &Moment,
        order_id: &str,
        amount: Option<i64>,
    ) -> Result<(), ApiError> {
        let new = NewReversal { amount, reverse_id: None };
        self.reverse(moment, order_id, new, ReversalStatus::Approved).map(|_| ())
    }

    /// A reversal that was `created` is done, or declined.
    pub(crate) fn settle_reversal(
        &mut self,
        moment: &Moment,
        transaction_id: i64,
        is_approved: bool,
    ) -> Result<String, ApiError> {
        let pending = |reversal: &Reversal| {
            reversal.transaction_id == transaction_id && reversal.status == ReversalStatus::Created
        };
        let order_id = self
            .orders
            .oldest_first()
            .find(|order| order.reversals.iter().any(pending))
            .map(|order| order.order_id.clone())
            .ok_or_else(|| ApiError::unknown(&format!("pending reversal {transaction_id}")))?;
        let order = self.orders.get_mut(&order_id).ok_or_else(|| ApiError::not_found(&order_id))?;
        for reversal in order.reversals.iter_mut().filter(|reversal| pending(reversal)) {
            reversal.status = if is_approved { ReversalStatus::Approved } else { ReversalStatus::Declined };
        }
        if is_approved {
            self.tell(moment, &order_id, "reverse");
        }
        Ok(order_id)
    }

    /// The reversal that an earlier call with the same id made.
    fn repeated(&self, order_id: &str, new: &NewReversal) -> Result<Option<Reversal>, ApiError> {
        let Some(id) = &new.reverse_id else { return Ok(None) };
        let kept = self.order(order_id)?.reversals.iter().find(|kept| kept.reverse_id.as_ref() == Some(id));
        match kept {
            Some(kept) if Some(kept.amount) != new.amount => Err(ApiError::incorrect("reverse_id")),
            kept => Ok(kept.cloned()),
        }
    }

    fn reverse(
        &mut self,
        moment: &Moment,
        order_id: &str,
        new: NewReversal,
        status: ReversalStatus,
    ) -> Result<Reversal, ApiError> {
        let amount = reversible(self.order(order_id)?, new.amount)?;
        let transaction_id = FIRST_TRANSACTION_ID + self.next_number();
        let reversal = Reversal { transaction_id, reverse_id: new.reverse_id, amount, status };
        if let Some(order) = self.orders.get_mut(order_id) {
            order.reversals.push(reversal.clone());
            order.changed_at = moment.now;
        }
        if status == ReversalStatus::Approved {
            self.tell(moment, order_id, "reverse");
        }
        Ok(reversal)
    }
}

fn reversible(order: &Order, amount: Option<i64>) -> Result<i64, ApiError> {
    if !order.is_paid() {
        return Err(ApiError::incorrect("order_id"));
    }
    let left = order.reversible_amount();
    if left <= 0 {
        return Err(ApiError::already_reversed(&order.order_id));
    }
    let amount = amount.unwrap_or(left);
    if (1..=left).contains(&amount) { Ok(amount) } else { Err(ApiError::incorrect("amount")) }
}
