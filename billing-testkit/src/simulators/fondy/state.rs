//! Everything the simulator remembers.

use serde::{Deserialize, Serialize};

use super::callback::Callback;
use super::moment::Moment;
use super::order::{Order, picture};
use super::quirks::Quirks;
use crate::simulators::shared::state;
use crate::simulators::shared::table::Table;

/// The orders, and what the merchant was told of them.
///
/// The methods that change it are in `changes`. Each checks everything before it changes anything, so a refusal
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
    fresh_callbacks: Vec<String>,
}

impl State {
    /// A number that nothing else has.
    pub(super) fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// Notes that something happened to an order, as it stands now: a `purchase` or a `reverse`.
    pub(super) fn tell(&mut self, moment: &Moment, order_id: &str, tran_type: &str) {
        let id = format!("cb_{}", self.next_number());
        let Some(order) = self.orders.get(order_id) else { return };
        let fields = picture(order, moment, &self.quirks, tran_type);
        self.callbacks.insert(Callback::new(id.clone(), order, fields));
        self.fresh_callbacks.push(id);
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
