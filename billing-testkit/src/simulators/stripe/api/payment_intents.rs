//! `/v1/payment_intents`.

use form_urlencoded::Serializer;
use serde_json::Value;

use super::call::Call;
use crate::simulators::stripe::cards::TestCard;
use crate::simulators::stripe::changes::NewPaymentIntent;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::{BankPage, Challenge, Details, PayTerms, PaymentIntent};
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
    let payment_method = call.params.required("payment_method")?;
    let card = TestCard::find(payment_method).ok_or_else(|| {
        let message = format!("No such PaymentMethod: '{payment_method}'");
        ApiError::parameter("payment_method", "resource_missing", message)
    })?;
    if card.is_challenged {
        let decline_code = card.decline_code.map(str::to_owned);
        let challenge = Challenge { page: bank_page(state, moment, call)?, decline_code };
        return state.challenge(moment, &call.id, challenge);
    }
    let Some(decline_code) = card.decline_code else {
        return state.pay(moment, &call.id, &PayTerms::new());
    };
    let intent = state.decline(moment, &call.id, decline_code)?;
    Err(ApiError::declined(&intent["last_payment_error"].clone(), intent))
}

/// Where the bank asks the payer, unless Stripe's script does it in the merchant's page.
fn bank_page(state: &State, moment: &Moment, call: &Call) -> Result<Option<BankPage>, ApiError> {
    if call.params.boolean("use_stripe_sdk")? {
        return Ok(None);
    }
    let return_url = call.params.required("return_url")?;
    let client_secret = &state.payment_intent(&call.id)?.client_secret;
    let query = Serializer::new(String::new())
        .append_pair("client_secret", client_secret)
        .append_pair("return_url", return_url)
        .finish();
    let url = format!("{}/3ds/{}?{query}", moment.base_url, call.id);
    Ok(Some(BankPage { url, return_url: return_url.to_owned() }))
}

pub(super) fn cancel(state: &mut State, moment: &Moment, call: &Call) -> Result<Value, ApiError> {
    let reason = call.params.text("cancellation_reason")?;
    if reason.is_some_and(|reason| !CANCELLATION_REASONS.contains(&reason)) {
        let message = format!("Invalid cancellation_reason: must be one of {CANCELLATION_REASONS:?}");
        return Err(ApiError::parameter("cancellation_reason", "", message));
    }
    state.cancel_payment_intent(moment, &call.id, reason)
}
