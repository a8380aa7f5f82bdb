//! What became of a webhook.

use serde::Serialize;

/// One attempt to deliver an event, or the decision not to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The event's id.
    pub event: String,
    /// What happened: an event's type such as `payment_intent.succeeded`, or the state of an order.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of what it happened to: a payment, an order.
    pub object: String,
    /// Which attempt it was, from 1. Duplicates sent together share a number.
    pub attempt: u32,
    /// The status answered, if there was an answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// Whether the event was dropped by the delivery plan, so that nothing was sent.
    pub dropped: bool,
    /// Whether the endpoint took the event, as this provider sees it.
    pub acknowledged: bool,
}

impl Delivery {
    /// Whether the endpoint took the event.
    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }
}
