//! Charges: one attempt of a payment, successful or declined.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balance_transaction::Movement;
use super::details::Details;
use crate::simulators::shared::table::Row;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::state::{Moment, State};

/// Fields for what the simulator does not play; Stripe sends them as `null`.
const UNUSED: &[&str] = &[
    "application",
    "application_fee",
    "application_fee_amount",
    "failure_balance_transaction",
    "on_behalf_of",
    "receipt_number",
    "receipt_url",
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
    pub(super) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(super) currency: String,
    pub(super) is_disputed: bool,
    /// Why the bank said no; absent when it paid.
    decline_code: Option<String>,
    details: Details,
    payment_method: String,
    balance_transaction: Option<String>,
    created: i64,
}

/// What the bank made of a payment.
pub(super) struct Attempt {
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) payment_method: String,
    pub(super) decline_code: Option<String>,
}

impl State {
    pub(crate) fn charge(&self, id: &str) -> Result<&Charge, ApiError> {
        self.charges.get(id).ok_or_else(|| ApiError::not_found("charge", id, "id"))
    }

    /// The charge of a payment that has been paid.
    pub(crate) fn paid_charge(&self, payment_intent: &str) -> Result<&Charge, ApiError> {
        let latest = self.payment_intent(payment_intent)?.latest_charge.as_deref();
        latest.and_then(|id| self.charges.get(id)).filter(|charge| charge.is_paid()).ok_or_else(|| {
            let message =
                format!("This PaymentIntent ({payment_intent}) does not have a successful charge to refund.");
            ApiError::state("payment_intent_unexpected_state", message)
        })
    }

    /// Adds a charge to a payment and returns its id.
    pub(super) fn attempt(
        &mut self,
        moment: &Moment,
        payment_intent: &str,
        attempt: &Attempt,
    ) -> Result<String, ApiError> {
        let details = self.payment_intent(payment_intent)?.details.clone();
        let id = ids::new("ch");
        let is_paid = attempt.decline_code.is_none();
        let balance_transaction = is_paid.then(|| {
            let movement = Movement {
                kind: "charge",
                category: "charge",
                amount: attempt.amount,
                fee: attempt.amount * 29 / 1_000,
                currency: &attempt.currency,
                source: &id,
            };
            self.book(moment, &movement)
        });
        let charge = Charge {
            id: id.clone(),
            payment_intent: payment_intent.to_owned(),
            amount: attempt.amount,
            amount_refunded: 0,
            currency: attempt.currency.clone(),
            is_disputed: false,
            decline_code: attempt.decline_code.clone(),
            details,
            payment_method: attempt.payment_method.clone(),
            balance_transaction,
            created: moment.now,
        };
        let object = charge.to_json();
        self.charges.insert(charge);
        self.record(moment, if is_paid { "charge.succeeded" } else { "charge.failed" }, object);
        Ok(id)
    }
}

impl Charge {
    fn is_paid(&self) -> bool {
        self.decline_code.is_none()
    }

    pub(crate) fn refundable(&self) -> i64 {
        self.amount - self.amount_refunded
    }

    pub(crate) fn to_json(&self) -> Value {
        let is_paid = self.is_paid();
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
            "failure_code": self.decline_code.as_ref().map(|_| "card_declined"),
            "failure_message": self.decline_code.as_ref().map(|_| "Your card was declined."),
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
