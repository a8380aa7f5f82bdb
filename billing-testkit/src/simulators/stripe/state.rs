//! Everything the simulator remembers.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ApiError;
use super::idempotency::Remembered;
use super::ids;
use super::objects::{BalanceTransaction, Charge, Dispute, Event, PaymentIntent, Refund};
use crate::simulators::shared::state;
use crate::simulators::shared::table::Table;

/// The objects, the events they caused, and the answers kept under idempotency keys.
///
/// The methods that change it are in `changes`. Each checks everything before it changes anything, so a
/// refusal leaves the state as it was.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) payment_intents: Table<PaymentIntent>,
    pub(super) charges: Table<Charge>,
    pub(super) refunds: Table<Refund>,
    pub(super) disputes: Table<Dispute>,
    pub(super) transactions: Table<BalanceTransaction>,
    pub(super) events: Table<Event>,
    pub(super) answers: HashMap<String, Remembered>,
    pub(super) refunds_start_pending: bool,
    /// Events of the change under way, to be handed to the courier when it is done.
    #[serde(skip)]
    pub(super) fresh_events: Vec<String>,
}

/// When a change happens, where, and through which API call.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) now: i64,
    /// Where the simulator's pages are, without a final slash.
    pub(super) base_url: String,
    pub(super) request: Option<String>,
    pub(super) idempotency_key: Option<String>,
}

impl State {
    pub(super) fn event(&self, id: &str) -> Result<&Event, ApiError> {
        self.events.get(id).ok_or_else(|| ApiError::not_found("event", id, "id"))
    }

    /// Notes that something happened to an object, as it stands now.
    pub(super) fn record(&mut self, moment: &Moment, kind: &str, object: Value) {
        let id = ids::new("evt");
        self.fresh_events.push(id.clone());
        self.events.insert(Event {
            id,
            kind: kind.to_owned(),
            created: moment.now,
            object,
            request: moment.request.clone(),
            idempotency_key: moment.idempotency_key.clone(),
            is_pending: true,
        });
    }
}

impl state::State for State {
    type Event = Event;

    fn events(&self) -> &Table<Event> {
        &self.events
    }

    fn events_mut(&mut self) -> &mut Table<Event> {
        &mut self.events
    }

    fn take_fresh_events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh_events)
    }
}
