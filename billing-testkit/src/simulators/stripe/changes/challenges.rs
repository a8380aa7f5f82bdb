//! How the payer's bank asks whether it is the payer who pays, and what comes of it.

use serde_json::{Value, json};

use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::objects::{Challenge, PayTerms, Status};
use crate::simulators::stripe::state::{Moment, State};

impl State {
    /// The bank asks. Nothing happens by itself when the payer never answers.
    pub(crate) fn challenge(
        &mut self,
        moment: &Moment,
        id: &str,
        challenge: Challenge,
    ) -> Result<Value, ApiError> {
        self.confirmable(id)?;
        self.update_payment_intent(moment, id, "payment_intent.requires_action", |intent| {
            intent.status = Status::RequiresAction;
            intent.payment_method = Some(ids::new("pm"));
            intent.last_payment_error = None;
            intent.challenge = Some(challenge);
        })
    }

    /// The payer answers: accepts, and the bank pays or declines; or refuses, and nothing is charged.
    pub(crate) fn authenticate(
        &mut self,
        moment: &Moment,
        id: &str,
        is_accepted: bool,
    ) -> Result<Value, ApiError> {
        let intent = self.payment_intent(id)?;
        let Some(challenge) = &intent.challenge else {
            let message = format!(
                "This PaymentIntent cannot be authenticated because it has a status of {}.",
                intent.status.as_str()
            );
            return Err(ApiError::state("payment_intent_unexpected_state", message));
        };
        match challenge.decline_code.clone() {
            _ if !is_accepted => self.fail_authentication(moment, id),
            Some(decline_code) => self.decline(moment, id, &decline_code),
            None => self.pay(moment, id, &PayTerms::new()),
        }
    }

    fn fail_authentication(&mut self, moment: &Moment, id: &str) -> Result<Value, ApiError> {
        self.update_payment_intent(moment, id, "payment_intent.payment_failed", |intent| {
            intent.status = Status::RequiresPaymentMethod;
            intent.payment_method = None;
            intent.last_payment_error = Some(json!({
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
                "doc_url": "https://docs.stripe.com/error-codes/payment-intent-authentication-failure",
                "message": "We are unable to authenticate your payment method. Please choose a different \
                            payment method and try again.",
            }));
        })
    }
}
