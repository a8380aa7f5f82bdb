//! Everything the simulator remembers.

use serde::{Deserialize, Serialize};

use super::callback::Callback;
use super::order::Order;
use super::quirks::Quirks;
use crate::simulators::shared::state;
use crate::simulators::shared::table::Table;

/// The orders, and what the merchant was told of them.
///
/// The methods that change it live beside the orders. Each checks everything before it changes anything, so a refusal
/// leaves the state as it was.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) orders: Table<Order>,
    pub(super) callbacks: Table<Callback>,
    pub(super) quirks: Quirks,
    /// The last number given out, whatever to.
    last_number: i64,
    /// Callbacks of the change under way, to be handed to the courier when it is done.
    #[serde(skip)]
    pub(super) fresh_callbacks: Vec<String>,
}

/// When a change happens, and at whose gateway.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) now: i64,
    pub(super) merchant_id: i64,
    pub(super) is_test: bool,
}

impl State {
    /// A number that nothing else has.
    pub(super) fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }
}

impl state::State for State {
    type Event = Callback;

    fn events(&self) -> &Table<Callback> {
        &self.callbacks
    }

    fn events_mut(&mut self) -> &mut Table<Callback> {
        &mut self.callbacks
    }

    fn take_fresh_events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh_callbacks)
    }
}
