//! Payers and banks.

use serde_json::Value;

use crate::simulators::stripe::changes::NewRefund;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::{DisputeTerms, PayTerms, PaymentIntent};
use crate::simulators::stripe::simulator::StripeSimulator;

/// What payers, banks and the merchant's staff do. Each method answers with the object as it stands afterwards.
impl StripeSimulator {
    /// Every payment, newest first.
    pub fn payment_intents(&self) -> Vec<Value> {
        self.running
            .engine
            .read(|state| state.payment_intents.newest_first().map(PaymentIntent::to_json).collect())
    }

    /// The payer pays.
    ///
    /// # Errors
    ///
    /// When the payment is not there, or has been paid or canceled.
    pub async fn pay(&self, payment_intent: &str, terms: &PayTerms) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.pay(moment, payment_intent, terms)).await
    }

    /// The bank declines an attempt, for example with `insufficient_funds`. The payment stays open.
    ///
    /// # Errors
    ///
    /// When the payment is not there, or has been paid or canceled.
    pub async fn decline(&self, payment_intent: &str, decline_code: &str) -> Result<Value, ApiError> {
        self.running
            .engine
            .change_and_tell(|state, moment| state.decline(moment, payment_intent, decline_code))
            .await
    }

    /// The payer answers the bank's question (3-D Secure): accepts the payment, or refuses it.
    ///
    /// # Errors
    ///
    /// When the payment is not there, or its bank asks nothing.
    pub async fn authenticate(&self, payment_intent: &str, is_accepted: bool) -> Result<Value, ApiError> {
        self.running
            .engine
            .change_and_tell(|state, moment| state.authenticate(moment, payment_intent, is_accepted))
            .await
    }

    /// The bank takes its time: the payment is `processing` until it is paid or declined.
    ///
    /// # Errors
    ///
    /// When the payment is not there, or is not waiting for the payer.
    pub async fn process(&self, payment_intent: &str) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.process(moment, payment_intent)).await
    }

    /// The merchant refunds from the provider's console: an amount in minor units, or all that is left.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or less is left of it.
    pub async fn refund(&self, payment_intent: &str, amount: Option<i64>) -> Result<Value, ApiError> {
        self.running
            .engine
            .change_and_tell(|state, moment| {
                state.create_refund(moment, NewRefund::from_console(state, payment_intent, amount)?)
            })
            .await
    }

    /// Whether refunds are `pending` at first, from now on.
    ///
    /// # Errors
    ///
    /// When the state file cannot be written.
    pub fn set_refunds_start_pending(&self, pending: bool) -> Result<(), ApiError> {
        self.running.engine.change(|state| state.refunds_start_pending = pending).map(|_| ())
    }

    /// A pending refund succeeds.
    ///
    /// # Errors
    ///
    /// When there is no such refund, or it is not pending.
    pub async fn complete_refund(&self, refund: &str) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.complete_refund(moment, refund)).await
    }

    /// A refund fails, perhaps days after it had succeeded: the money is the merchant's again.
    ///
    /// # Errors
    ///
    /// When there is no such refund, or it has failed already.
    pub async fn fail_refund(&self, refund: &str) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.fail_refund(moment, refund)).await
    }

    /// The payer disputes a payment.
    ///
    /// # Errors
    ///
    /// When there is no such payment, or it has not been paid.
    pub async fn open_dispute(&self, payment_intent: &str, terms: &DisputeTerms) -> Result<Value, ApiError> {
        self.running
            .engine
            .change_and_tell(|state, moment| state.open_dispute(moment, payment_intent, terms))
            .await
    }

    /// The bank takes disputed money: an amount in minor units, or all that is not taken yet.
    ///
    /// # Errors
    ///
    /// When there is no such dispute, or less is left to take.
    pub async fn withdraw(&self, dispute: &str, amount: Option<i64>) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.withdraw(moment, dispute, amount)).await
    }

    /// The bank gives money back: an amount in minor units, or all that it took.
    ///
    /// # Errors
    ///
    /// When there is no such dispute, or it took less.
    pub async fn reinstate(&self, dispute: &str, amount: Option<i64>) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.reinstate(moment, dispute, amount)).await
    }

    /// The merchant wins: what was taken comes back. An inquiry closes.
    ///
    /// # Errors
    ///
    /// When there is no such dispute, or it is closed.
    pub async fn win_dispute(&self, dispute: &str) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.close_dispute(moment, dispute, true)).await
    }

    /// The merchant loses: what was taken stays taken.
    ///
    /// # Errors
    ///
    /// When there is no such dispute, or it is closed.
    pub async fn lose_dispute(&self, dispute: &str) -> Result<Value, ApiError> {
        self.running.engine.change_and_tell(|state, moment| state.close_dispute(moment, dispute, false)).await
    }
}
