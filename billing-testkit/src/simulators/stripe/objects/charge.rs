//! Charges: one attempt of a payment, successful or declined.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::decline;
use super::details::Details;
use crate::simulators::shared::table::Row;

/// Fields for what the simulator does not play; Stripe sends them as `null`.
const UNUSED: &[&str] = &[
    "application",
    "application_fee",
    "application_fee_amount",
    "failure_balance_transaction",
    "on_behalf_of",
    "receipt_number",
    "review",
    "shipping",
    "source",
    "source_transfer",
    "statement_descriptor",
    "transfer_data",
    "transfer_group",
];

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) payment_intent: String,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) is_disputed: bool,
    /// Why the bank said no; absent when it paid.
    pub(crate) decline_code: Option<String>,
    pub(crate) details: Details,
    pub(crate) payment_method: String,
    pub(crate) balance_transaction: Option<String>,
    /// The page about it, where it is paid.
    pub(crate) receipt_url: Option<String>,
    pub(crate) created: i64,
}

impl Charge {
    pub(crate) fn is_paid(&self) -> bool {
        self.decline_code.is_none()
    }

    pub(crate) fn refundable(&self) -> i64 {
        self.amount - self.amount_refunded
    }

    pub(crate) fn to_json(&self) -> Value {
        let is_paid = self.is_paid();
        let failure = self.decline_code.as_deref().map(decline::in_words);
        let mut object = json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": if is_paid { self.amount } else { 0 },
            "amount_refunded": self.amount_refunded,
            "balance_transaction": self.balance_transaction,
            "billing_details":
                { "address": null, "email": null, "name": null, "phone": null, "tax_id": null },
            "calculated_statement_descriptor": "SIMULATOR",
            "captured": is_paid,
            "created": self.created,
            "currency": self.currency,
            "customer": self.details.customer,
            "description": self.details.description,
            "disputed": self.is_disputed,
            "failure_code": failure.map(|(code, _)| code),
            "failure_message": failure.map(|(_, message)| message),
            "fraud_details": {},
            "livemode": false,
            "metadata": self.details.metadata,
            "outcome": self.outcome(),
            "paid": is_paid,
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": card(),
            "radar_options": {},
            "receipt_email": self.details.receipt_email,
            "receipt_url": self.receipt_url,
            "refunded": is_paid && self.refundable() == 0,
            "statement_descriptor_suffix": self.details.statement_descriptor_suffix,
            "status": if is_paid { "succeeded" } else { "failed" },
        });
        for field in UNUSED {
            object[*field] = Value::Null;
        }
        object
    }

    fn outcome(&self) -> Value {
        let (network_status, kind, seller_message) = if self.is_paid() {
            ("approved_by_network", "authorized", "Payment complete.")
        } else {
            ("declined_by_network", "issuer_declined", "The bank declined the payment.")
        };
        json!({
            "advice_code": null,
            "network_advice_code": null,
            "network_decline_code": null,
            "network_status": network_status,
            "reason": self.decline_code,
            "risk_level": "normal",
            "risk_score": 20,
            "seller_message": seller_message,
            "type": kind,
        })
    }
}

fn card() -> Value {
    json!({
        "type": "card",
        "card": {
            "amount_authorized": null,
            "authorization_code": null,
            "brand": "visa",
            "checks":
                { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "Xt5EWLLDS7FJjR1c",
            "funding": "credit",
            "installments": null,
            "last4": "4242",
            "mandate": null,
            "network": "visa",
            "network_token": { "used": false },
            "network_transaction_id": null,
            "regulated_status": "unregulated",
            "three_d_secure": null,
            "wallet": null,
        },
    })
}

impl Row for Charge {
    fn id(&self) -> &str {
        &self.id
    }
}
