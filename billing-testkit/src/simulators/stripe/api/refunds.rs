//! `/v1/refunds`.

use serde_json::Value;

use super::call::Call;
use super::list::page;
use crate::simulators::stripe::changes::NewRefund;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::Refund;
use crate::simulators::stripe::state::{Moment, State};

const REASONS: &[&str] = &["duplicate", "fraudulent", "requested_by_customer"];

pub(super) fn create(state: &mut State, moment: &Moment, call: &Call) -> Result<Value, ApiError> {
    let reason = call.params.text("reason")?;
    if reason.is_some_and(|reason| !REASONS.contains(&reason)) {
        let message = format!("Invalid reason: must be one of {REASONS:?}");
        return Err(ApiError::parameter("reason", "", message));
    }
    let new = NewRefund {
        charge: charge_of(state, call)?,
        amount: call.params.integer("amount")?,
        reason: reason.map(str::to_owned),
        metadata: call.params.metadata()?,
    };
    state.create_refund(moment, new)
}

fn charge_of(state: &State, call: &Call) -> Result<String, ApiError> {
    match (call.params.text("charge")?, call.params.text("payment_intent")?) {
        (Some(charge), None) => state.charge(charge).map(|_| charge.to_owned()),
        (None, Some(intent)) => state.paid_charge(intent).map(|charge| charge.id.clone()),
        (None, None) => {
            let message =
                "One of the following params should be provided for this request: payment_intent or charge.";
            Err(ApiError::parameter("payment_intent", "parameter_missing", message))
        }
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: payment_intent, charge.";
            Err(ApiError::parameter("payment_intent", "parameters_exclusive", message))
        }
    }
}

pub(super) fn retrieve(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.refund(&call.id).map(Refund::to_json)
}

pub(super) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    let (charge, intent) = (call.params.text("charge")?, call.params.text("payment_intent")?);
    let wanted = state.refunds.newest_first().filter(|refund| {
        charge.is_none_or(|id| refund.charge == id) && intent.is_none_or(|id| refund.payment_intent == id)
    });
    page(wanted, &call.params, "/v1/refunds", Refund::to_json)
}
