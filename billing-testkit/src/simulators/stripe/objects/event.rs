//! Events: what happened, with the object as it stood then.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::simulators::shared::state;
use crate::simulators::shared::table::Row;
use crate::simulators::stripe::API_VERSION;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) created: i64,
    pub(crate) object: Value,
    pub(crate) request: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// Whether the webhook is still to be delivered.
    pub(crate) is_pending: bool,
}

impl Event {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": { "object": self.object },
            "livemode": false,
            "pending_webhooks": i32::from(self.is_pending),
            "request": { "id": self.request, "idempotency_key": self.idempotency_key },
            "type": self.kind,
        })
    }
}

impl Row for Event {
    fn id(&self) -> &str {
        &self.id
    }
}

impl state::Event for Event {
    fn kind(&self) -> &str {
        &self.kind
    }

    fn object_id(&self) -> &str {
        self.object["id"].as_str().unwrap_or_default()
    }

    fn is_pending(&self) -> bool {
        self.is_pending
    }

    fn set_pending(&mut self, is_pending: bool) {
        self.is_pending = is_pending;
    }
}
