//! Callbacks: an order as it stood when something happened to it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::order::Order;
use crate::simulators::shared::state;
use crate::simulators::shared::table::Row;

/// What the merchant is told, still unsigned.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Callback {
    pub(super) id: String,
    pub(super) order_id: String,
    pub(super) order_status: String,
    /// The address that the order named.
    pub(super) url: Option<String>,
    pub(super) fields: Map<String, Value>,
    /// Whether it is still to be delivered.
    pub(super) is_pending: bool,
}

impl Callback {
    /// What these fields tell of an order.
    pub(super) fn new(id: String, order: &Order, fields: Map<String, Value>) -> Self {
        Self {
            id,
            order_id: order.order_id.clone(),
            order_status: fields["order_status"].as_str().unwrap_or_default().to_owned(),
            url: order.terms.server_callback_url.clone(),
            fields,
            is_pending: true,
        }
    }
}

impl Row for Callback {
    fn id(&self) -> &str {
        &self.id
    }
}

impl state::Event for Callback {
    fn kind(&self) -> &str {
        &self.order_status
    }

    fn object_id(&self) -> &str {
        &self.order_id
    }

    fn is_pending(&self) -> bool {
        self.is_pending
    }

    fn set_pending(&mut self, is_pending: bool) {
        self.is_pending = is_pending;
    }
}
