//! `PaymentIntents`: one payment from its creation to its end.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::challenge::Challenge;
use super::details::Details;
use crate::simulators::shared::table::Row;

/// Fields for what the simulator does not play; Stripe sends them as `null`.
const UNUSED: &[&str] = &[
    "application",
    "application_fee_amount",
    "customer_account",
    "excluded_payment_method_types",
    "on_behalf_of",
    "payment_method_configuration_details",
    "processing",
    "review",
    "setup_future_usage",
    "shipping",
    "source",
    "statement_descriptor",
    "transfer_data",
    "transfer_group",
];

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) client_secret: String,
    pub(crate) amount: i64,
    pub(crate) amount_received: i64,
    pub(crate) currency: String,
    pub(crate) status: Status,
    pub(crate) details: Details,
    pub(crate) created: i64,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) cancellation_reason: Option<String>,
    pub(crate) last_payment_error: Option<Value>,
    pub(crate) payment_method: Option<String>,
    /// Set while it requires an action.
    pub(crate) challenge: Option<Challenge>,
    pub(crate) latest_charge: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    RequiresPaymentMethod,
    RequiresAction,
    Processing,
    Succeeded,
    Canceled,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

impl PaymentIntent {
    pub(crate) fn to_json(&self) -> Value {
        let mut object = json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": { "tip": {} },
            "amount_received": self.amount_received,
            "automatic_payment_methods": { "allow_redirects": "always", "enabled": true },
            "canceled_at": self.canceled_at,
            "cancellation_reason": self.cancellation_reason,
            "capture_method": "automatic_async",
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": self.details.customer,
            "description": self.details.description,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": false,
            "metadata": self.details.metadata,
            "next_action": self.challenge.as_ref().map(Challenge::next_action),
            "payment_method": self.payment_method,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "receipt_email": self.details.receipt_email,
            "statement_descriptor_suffix": self.details.statement_descriptor_suffix,
            "status": self.status.as_str(),
        });
        for field in UNUSED {
            object[*field] = Value::Null;
        }
        object
    }
}

impl Row for PaymentIntent {
    fn id(&self) -> &str {
        &self.id
    }
}
