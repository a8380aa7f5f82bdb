//! `/v1/payment_intents`.

use serde_json::Value;

use super::call::Call;
use crate::simulators::stripe::changes::NewPaymentIntent;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::{Details, PayTerms, PaymentIntent};
use crate::simulators::stripe::state::{Moment, State};

const CANCELLATION_REASONS: &[&str] = &["abandoned", "duplicate", "fraudulent", "requested_by_customer"];

pub(super) fn create(state: &mut State, moment: &Moment, call: &Call) -> Result<Value, ApiError> {
    let owned = |name| call.params.text(name).map(|text| text.map(str::to_owned));
    call.params.required("amount")?;
    state.create_payment_intent(
        moment,
        NewPaymentIntent {
            amount: call.params.integer("amount")?.unwrap_or_default(),
            currency: call.params.required("currency")?.to_owned(),
            details: Details {
                metadata: call.params.metadata()?,
                description: owned("description")?,
                receipt_email: owned("receipt_email")?,
                customer: owned("customer")?,
                statement_descriptor_suffix: owned("statement_descriptor_suffix")?,
            },
        },
    )
}

pub(super) fn retrieve(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.payment_intent(&call.id).map(PaymentIntent::to_json)
}

/// Pays with one of Stripe's test payment methods.
pub(super) fn confirm(state: &mut State, moment: &Moment, call: &Call) -> Result<Value, ApiError> {
    let decline_code = match call.params.required("payment_method")? {
        "pm_card_visa" | "pm_card_mastercard" => return state.pay(moment, &call.id, &PayTerms::new()),
        "pm_card_chargeDeclined" | "pm_card_visa_chargeDeclined" => "generic_decline",
        "pm_card_visa_chargeDeclinedInsufficientFunds" => "insufficient_funds",
        "pm_card_visa_chargeDeclinedLostCard" => "lost_card",
        "pm_card_visa_chargeDeclinedExpiredCard" => "expired_card",
        "pm_card_visa_chargeDeclinedIncorrectCvc" => "incorrect_cvc",
        "pm_card_visa_chargeDeclinedProcessingError" => "processing_error",
        other => {
            let message = format!("No such PaymentMethod: '{other}'");
            return Err(ApiError::parameter("payment_method", "resource_missing", message));
        }
    };
    let intent = state.decline(moment, &call.id, decline_code)?;
    Err(ApiError::declined(&intent["last_payment_error"].clone(), intent))
}

pub(super) fn cancel(state: &mut State, moment: &Moment, call: &Call) -> Result<Value, ApiError> {
    let reason = call.params.text("cancellation_reason")?;
    if reason.is_some_and(|reason| !CANCELLATION_REASONS.contains(&reason)) {
        let message = format!("Invalid cancellation_reason: must be one of {CANCELLATION_REASONS:?}");
        return Err(ApiError::parameter("cancellation_reason", "", message));
    }
    state.cancel_payment_intent(moment, &call.id, reason)
}
