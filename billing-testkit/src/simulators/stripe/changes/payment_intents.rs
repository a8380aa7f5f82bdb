//! How a payment comes about, is paid, and ends.

use serde_json::{Value, json};

use super::charges::Attempt;
use crate::simulators::stripe::currency;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::objects::{Details, PayTerms, PaymentIntent, Status, decline};
use crate::simulators::stripe::state::{Moment, State};

/// A payment to create.
#[derive(Debug)]
pub(crate) struct NewPaymentIntent {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) details: Details,
}

impl State {
    pub(crate) fn payment_intent(&self, id: &str) -> Result<&PaymentIntent, ApiError> {
        self.payment_intents.get(id).ok_or_else(|| ApiError::not_found("payment_intent", id, "intent"))
    }

    pub(crate) fn create_payment_intent(
        &mut self,
        moment: &Moment,
        new: NewPaymentIntent,
    ) -> Result<Value, ApiError> {
        check_amount(new.amount, &new.currency)?;
        let id = ids::new("pi");
        let intent = PaymentIntent {
            client_secret: ids::client_secret(&id),
            id,
            amount: new.amount,
            amount_received: 0,
            currency: new.currency,
            status: Status::RequiresPaymentMethod,
            details: new.details,
            created: moment.now,
            canceled_at: None,
            cancellation_reason: None,
            last_payment_error: None,
            payment_method: None,
            challenge: None,
            latest_charge: None,
        };
        let object = intent.to_json();
        self.payment_intents.insert(intent);
        self.record(moment, "payment_intent.created", object.clone());
        Ok(object)
    }

    pub(crate) fn cancel_payment_intent(
        &mut self,
        moment: &Moment,
        id: &str,
        reason: Option<&str>,
    ) -> Result<Value, ApiError> {
        let status = self.payment_intent(id)?.status;
        if !matches!(status, Status::RequiresPaymentMethod | Status::RequiresAction) {
            let message = format!(
                "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with \
                 one of the following statuses may be canceled: requires_payment_method, requires_capture, \
                 requires_confirmation, requires_action.",
                status.as_str()
            );
            return Err(ApiError::state("payment_intent_unexpected_state", message));
        }
        self.update_payment_intent(moment, id, "payment_intent.canceled", |intent| {
            intent.status = Status::Canceled;
            intent.canceled_at = Some(moment.now);
            intent.cancellation_reason = reason.map(str::to_owned);
        })
    }

    /// The bank takes its time, as with a direct debit.
    pub(crate) fn process(&mut self, moment: &Moment, id: &str) -> Result<Value, ApiError> {
        if self.confirmable(id)?.status == Status::Processing {
            return Err(ApiError::state(
                "payment_intent_unexpected_state",
                "This PaymentIntent is already processing.",
            ));
        }
        self.update_payment_intent(moment, id, "payment_intent.processing", |intent| {
            intent.status = Status::Processing;
            intent.payment_method = Some(ids::new("pm"));
        })
    }

    pub(crate) fn pay(&mut self, moment: &Moment, id: &str, terms: &PayTerms) -> Result<Value, ApiError> {
        let intent = self.confirmable(id)?;
        let attempt = Attempt {
            amount: terms.amount_received.unwrap_or(intent.amount),
            currency: terms.currency.clone().unwrap_or_else(|| intent.currency.clone()),
            payment_method: intent.payment_method.clone().unwrap_or_else(|| ids::new("pm")),
            decline_code: None,
        };
        if !(1..=currency::MAXIMUM_AMOUNT).contains(&attempt.amount) || !currency::is_known(&attempt.currency)
        {
            return Err(ApiError::malformed("Money is received in a positive amount of a known currency."));
        }
        let charge = self.attempt(moment, id, &attempt)?;
        self.update_payment_intent(moment, id, "payment_intent.succeeded", |intent| {
            intent.status = Status::Succeeded;
            intent.amount_received = attempt.amount;
            intent.currency = attempt.currency;
            intent.payment_method = Some(attempt.payment_method);
            intent.latest_charge = Some(charge);
            intent.last_payment_error = None;
        })
    }

    /// The bank says no. The payment stays open for another attempt.
    pub(crate) fn decline(
        &mut self,
        moment: &Moment,
        id: &str,
        decline_code: &str,
    ) -> Result<Value, ApiError> {
        let intent = self.confirmable(id)?;
        let attempt = Attempt {
            amount: intent.amount,
            currency: intent.currency.clone(),
            payment_method: intent.payment_method.clone().unwrap_or_else(|| ids::new("pm")),
            decline_code: Some(decline_code.to_owned()),
        };
        let charge = self.attempt(moment, id, &attempt)?;
        self.update_payment_intent(moment, id, "payment_intent.payment_failed", |intent| {
            intent.status = Status::RequiresPaymentMethod;
            intent.payment_method = None;
            intent.last_payment_error = Some(payment_error(&charge, decline_code));
            intent.latest_charge = Some(charge);
        })
    }

    pub(super) fn confirmable(&self, id: &str) -> Result<&PaymentIntent, ApiError> {
        let intent = self.payment_intent(id)?;
        match intent.status {
            Status::RequiresPaymentMethod | Status::RequiresAction | Status::Processing => Ok(intent),
            Status::Succeeded | Status::Canceled => {
                let message = format!(
                    "You cannot confirm this PaymentIntent because it has a status of {}.",
                    intent.status.as_str()
                );
                Err(ApiError::state("payment_intent_unexpected_state", message))
            }
        }
    }

    /// Changes a payment and tells so. Whatever happens to it, a question that was open is over.
    pub(super) fn update_payment_intent(
        &mut self,
        moment: &Moment,
        id: &str,
        event: &str,
        change: impl FnOnce(&mut PaymentIntent),
    ) -> Result<Value, ApiError> {
        let intent = self
            .payment_intents
            .get_mut(id)
            .ok_or_else(|| ApiError::not_found("payment_intent", id, "intent"))?;
        intent.challenge = None;
        change(intent);
        let object = intent.to_json();
        self.record(moment, event, object.clone());
        Ok(object)
    }
}

fn check_amount(amount: i64, currency: &str) -> Result<(), ApiError> {
    let shown = |amount| currency::display(amount, currency);
    if !currency::is_known(currency) {
        let message = format!("Invalid currency: {currency}. It must be a lower-case ISO code.");
        Err(ApiError::parameter("currency", "", message))
    } else if amount < 1 {
        let message = "This value must be greater than or equal to 1.";
        Err(ApiError::parameter("amount", "parameter_invalid_integer", message))
    } else if amount < currency::minimum_amount(currency) {
        let message = format!("Amount must be at least {}", shown(currency::minimum_amount(currency)));
        Err(ApiError::parameter("amount", "amount_too_small", message))
    } else if amount > currency::MAXIMUM_AMOUNT {
        let message = format!("Amount must be no more than {}", shown(currency::MAXIMUM_AMOUNT));
        Err(ApiError::parameter("amount", "amount_too_large", message))
    } else {
        Ok(())
    }
}

fn payment_error(charge: &str, decline_code: &str) -> Value {
    let (code, message) = decline::in_words(decline_code);
    let mut error = json!({
        "type": "card_error",
        "code": code,
        "charge": charge,
        "doc_url": format!("https://docs.stripe.com/error-codes/{}", code.replace('_', "-")),
        "message": message,
    });
    // No bank said no: the card was not processed.
    if code != "processing_error" {
        error["decline_code"] = json!(decline_code);
    }
    error
}
