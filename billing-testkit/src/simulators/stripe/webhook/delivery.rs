//! What became of a webhook.

use serde::Serialize;

/// One attempt to deliver an event, or the decision not to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The event's id.
    pub event: String,
    /// The event's type, such as `payment_intent.succeeded`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which attempt it was, from 1. Duplicates sent together share a number.
    pub attempt: u32,
    /// The status answered, if there was an answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// Whether the event was dropped by the delivery plan, so that nothing was sent.
    pub dropped: bool,
}

impl Delivery {
    /// Whether the endpoint took the event: any status of 2xx.
    pub fn is_acknowledged(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}
