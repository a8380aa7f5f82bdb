//! Payers, banks, and the merchant's staff.

use serde_json::Value;

use crate::simulators::fondy::cards;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::moment::Moment;
use crate::simulators::fondy::order::{Order, PayTerms};
use crate::simulators::fondy::quirks::Quirks;
use crate::simulators::fondy::simulator::FondySimulator;
use crate::simulators::fondy::state::State;

/// What payers, banks and the merchant's staff do. Each method answers with the order as it stands afterwards: the
/// fields of a callback, and its `checkout_url`, `order_desc` and `reversals`.
impl FondySimulator {
    /// Every order, newest first.
    pub fn orders(&self) -> Vec<Value> {
        self.running.engine.orders()
    }

    /// One order.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub fn order(&self, order_id: &str) -> Result<Value, ApiError> {
        self.running.engine.order(order_id)
    }

    /// The payer pays. An order that has expired is paid too: the payment was under way.
    ///
    /// # Errors
    ///
    /// When the order is not there, or has been paid or declined.
    pub async fn pay(&self, order_id: &str, terms: &PayTerms) -> Result<Value, ApiError> {
        let card = cards::usual(true);
        let pay = |state: &mut State, moment: &Moment| state.approve(moment, order_id, terms, card);
        self.running.engine.act(order_id, pay).await
    }

    /// The bank declines an attempt, for example with 1037. The order is over, unless it was created with `delayed=Y`.
    ///
    /// # Errors
    ///
    /// When the order is not there, or is over.
    pub async fn decline(&self, order_id: &str, code: u32) -> Result<Value, ApiError> {
        let card = cards::usual(false);
        let decline = |state: &mut State, moment: &Moment| state.decline(moment, order_id, code, card);
        self.running.engine.act(order_id, decline).await
    }

    /// The bank takes its time: the order is `processing` until it is paid or declined.
    ///
    /// # Errors
    ///
    /// When the order is not there, or is over.
    pub async fn process(&self, order_id: &str) -> Result<Value, ApiError> {
        let card = cards::usual(true);
        let process = |state: &mut State, moment: &Moment| state.process(moment, order_id, card);
        self.running.engine.act(order_id, process).await
    }

    /// The lifetime of an order ends now.
    ///
    /// # Errors
    ///
    /// When the order is not there, or is over.
    pub async fn expire(&self, order_id: &str) -> Result<Value, ApiError> {
        let expire = |state: &mut State, moment: &Moment| state.expire(moment, order_id);
        self.running.engine.act(order_id, expire).await
    }

    /// The merchant's staff reverses from Fondy's console: an amount in minor units, or all that is left.
    ///
    /// # Errors
    ///
    /// When the order is not there or has not been paid, or less is left of it.
    pub async fn reverse(&self, order_id: &str, amount: Option<i64>) -> Result<Value, ApiError> {
        let reverse = |state: &mut State, moment: &Moment| state.reverse_by_staff(moment, order_id, amount);
        self.running.engine.act(order_id, reverse).await
    }

    /// A reversal that was `created` is done.
    ///
    /// # Errors
    ///
    /// When there is no such reversal, or it is not waiting.
    pub async fn complete_reversal(&self, transaction_id: i64) -> Result<Value, ApiError> {
        self.running.engine.settle_reversal(transaction_id, true).await
    }

    /// A reversal that was `created` is declined. No callback tells it, since nothing has changed about the order.
    ///
    /// # Errors
    ///
    /// When there is no such reversal, or it is not waiting.
    pub async fn decline_reversal(&self, transaction_id: i64) -> Result<Value, ApiError> {
        self.running.engine.settle_reversal(transaction_id, false).await
    }

    /// How it behaves where sources disagree.
    pub fn quirks(&self) -> Quirks {
        self.running.engine.read(|state| state.quirks.clone())
    }

    /// Behaves so from now on.
    ///
    /// # Errors
    ///
    /// When the state file cannot be written.
    pub fn set_quirks(&self, quirks: Quirks) -> Result<(), ApiError> {
        self.running.engine.change(|state| state.quirks = quirks).map(|_| ())
    }
}

/// The same for the control API and the console.
impl Engine {
    pub(crate) fn orders(&self) -> Vec<Value> {
        self.read(|state| state.orders.newest_first().map(|order| self.describe(state, order)).collect())
    }

    pub(crate) fn order(&self, order_id: &str) -> Result<Value, ApiError> {
        self.read(|state| Ok(self.describe(state, state.order(order_id)?)))
    }

    /// Does something to an order, and waits until the merchant was told.
    pub(crate) async fn act(
        &self,
        order_id: &str,
        act: impl FnOnce(&mut State, &Moment) -> Result<(), ApiError>,
    ) -> Result<Value, ApiError> {
        self.change_and_tell(act).await?;
        self.order(order_id)
    }

    pub(crate) async fn settle_reversal(
        &self,
        transaction_id: i64,
        is_approved: bool,
    ) -> Result<Value, ApiError> {
        let settle =
            |state: &mut State, moment: &Moment| state.settle_reversal(moment, transaction_id, is_approved);
        let order_id = self.change_and_tell(settle).await?;
        self.order(&order_id)
    }

    fn describe(&self, state: &State, order: &Order) -> Value {
        let mut fields = self.picture(state, order);
        fields.insert("checkout_url".to_owned(), self.provider.checkout_url(order).into());
        fields.insert("order_desc".to_owned(), order.terms.order_desc.clone().into());
        fields.insert("reversals".to_owned(), order.reversals.iter().map(Value::from).collect());
        Value::Object(fields)
    }
}
