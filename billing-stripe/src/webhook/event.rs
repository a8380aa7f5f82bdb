//! What an [event](https://docs.stripe.com/api/events/object) says.
use billing_core::{GatewayError, PaymentRef, WebhookContent, WebhookEvent};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    error::StripeError,
    object::{PAYMENT_ID, PaymentIntent},
};

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: Option<bool>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

/// Reads the body of an authentic webhook.
pub(super) fn read(body: &[u8], is_live: bool) -> Result<WebhookEvent, GatewayError> {
    let event: Event = serde_json::from_slice(body).map_err(|_| unreadable("a webhook that is no event"))?;
    if event.livemode.is_some_and(|livemode| livemode != is_live) {
        return Err(GatewayError::NotAuthentic { reason: "it is of the other mode than the secret key" });
    }
    let object = &event.data.object;
    let content = match event.kind.as_str() {
        "payment_intent.succeeded"
        | "payment_intent.processing"
        | "payment_intent.canceled"
        | "payment_intent.payment_failed" => of_intent(object)?,
        "charge.refunded" | "charge.refund.updated" => of_its_payment(object)?,
        kind if kind.starts_with("refund.") || kind.starts_with("charge.dispute.") => of_its_payment(object)?,
        _ => WebhookContent::Ignored,
    };
    Ok(WebhookEvent::new(event.id, event.kind, content))
}

/// A payment as it stood. One that can't be read is at least known to have changed.
fn of_intent(intent: &Value) -> Result<WebhookContent, GatewayError> {
    match PaymentIntent::deserialize(intent) {
        Ok(intent) => Ok(WebhookContent::Payment(intent.snapshot())),
        Err(_) => changed(intent, &intent["id"]),
    }
}

/// The payment of a charge, refund or dispute.
fn of_its_payment(object: &Value) -> Result<WebhookContent, GatewayError> {
    match object.get("payment_intent") {
        // Paid without a PaymentIntent, so not through us.
        Some(Value::Null) => Ok(WebhookContent::Ignored),
        Some(intent) => changed(object, intent.get("id").unwrap_or(intent)),
        None => Err(unreadable("an event that names no payment")),
    }
}

fn changed(object: &Value, intent: &Value) -> Result<WebhookContent, GatewayError> {
    let external_id = intent.as_str().ok_or_else(|| unreadable("an event that names no payment"))?;
    let id = object["metadata"][PAYMENT_ID].as_str().and_then(|id| id.parse().ok());
    Ok(WebhookContent::Changed(PaymentRef::new(id, Some(external_id.to_owned()))))
}

fn unreadable(what: &'static str) -> GatewayError {
    StripeError::Unusable { what }.into()
}

#[cfg(test)]
mod tests {
    use billing_core::{PaymentId, PaymentStatus};
    use serde_json::json;

    use super::*;

    fn event(kind: &str, object: &Value) -> Result<WebhookEvent, GatewayError> {
        let event = json!({ "id": "evt_1", "type": kind, "livemode": false, "data": { "object": object } });
        read(event.to_string().as_bytes(), false)
    }

    fn content(kind: &str, object: &Value) -> WebhookContent {
        event(kind, object).unwrap().content
    }

    fn changed_payment(intent: &str) -> WebhookContent {
        WebhookContent::Changed(PaymentRef::new(None, Some(intent.to_owned())))
    }

    #[test]
    fn events_of_payments_carry_how_they_stood() {
        for (kind, status, expected) in [
            ("payment_intent.succeeded", "succeeded", PaymentStatus::Succeeded),
            ("payment_intent.processing", "processing", PaymentStatus::Processing),
            ("payment_intent.canceled", "canceled", PaymentStatus::Canceled),
            ("payment_intent.payment_failed", "requires_payment_method", PaymentStatus::Pending),
        ] {
            let WebhookContent::Payment(snapshot) = content(kind, &json!({ "id": "pi_1", "status": status }))
            else {
                panic!("{kind} carries no snapshot")
            };
            assert_eq!((snapshot.status, snapshot.take_backs), (expected, None), "{kind}");
        }
    }

    #[test]
    fn refunds_and_disputes_say_that_their_payment_changed() {
        for kind in [
            "charge.refunded",
            "charge.refund.updated",
            "refund.created",
            "refund.updated",
            "refund.failed",
            "charge.dispute.created",
            "charge.dispute.updated",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
            "charge.dispute.closed",
        ] {
            assert_eq!(
                content(kind, &json!({ "payment_intent": "pi_1" })),
                changed_payment("pi_1"),
                "{kind}"
            );
        }
        let expanded = json!({ "payment_intent": { "id": "pi_2" } });
        assert_eq!(content("charge.refunded", &expanded), changed_payment("pi_2"));
        assert_eq!(content("charge.refunded", &json!({ "payment_intent": null })), WebhookContent::Ignored);
    }

    #[test]
    fn our_id_is_taken_from_the_metadata() {
        let id = PaymentId::new();
        let charge = json!({ "payment_intent": "pi_1", "metadata": { "payment_id": id.to_string() } });
        let reference = PaymentRef::new(Some(id), Some("pi_1".to_owned()));
        assert_eq!(content("charge.refunded", &charge), WebhookContent::Changed(reference));
    }

    #[test]
    fn events_that_do_not_matter_are_ignored_whatever_they_carry() {
        for kind in [
            "payment_intent.created",
            "payment_intent.requires_action",
            "payment_intent.amount_capturable_updated",
            "charge.succeeded",
            "customer.created",
            "a.word.of.tomorrow",
        ] {
            assert_eq!(content(kind, &json!([])), WebhookContent::Ignored, "{kind}");
        }
    }

    #[test]
    fn a_payment_that_cannot_be_read_is_asked_for() {
        let strange = json!({ "id": "pi_1", "status": { "of": "tomorrow" } });
        assert_eq!(content("payment_intent.succeeded", &strange), changed_payment("pi_1"));
    }

    #[test]
    fn an_event_that_names_nothing_is_an_error() {
        for (kind, object) in [
            ("payment_intent.succeeded", json!({})),
            ("payment_intent.succeeded", json!("pi_1")),
            ("refund.failed", json!({ "id": "re_1" })),
            ("charge.dispute.closed", json!({ "payment_intent": 7 })),
        ] {
            assert!(matches!(event(kind, &object), Err(GatewayError::Protocol(_))), "{kind}");
        }
        assert!(matches!(read(b"", false), Err(GatewayError::Protocol(_))));
        assert!(matches!(read(b"{}", false), Err(GatewayError::Protocol(_))));
    }

    #[test]
    fn an_event_of_the_other_mode_is_refused() {
        let live =
            json!({ "id": "evt_1", "type": "a.b", "livemode": true, "data": { "object": {} } }).to_string();
        assert!(matches!(read(live.as_bytes(), false), Err(GatewayError::NotAuthentic { .. })));
        assert!(read(live.as_bytes(), true).is_ok());
    }
}
