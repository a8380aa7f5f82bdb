//! Disputes: the payer's bank takes money back, and may return it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balance_transaction::BalanceTransaction;
use crate::simulators::shared::table::{Row, Table};

const RESPONSE_TIME_SECONDS: i64 = 9 * 24 * 60 * 60;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) charge: String,
    pub(crate) payment_intent: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: DisputeStatus,
    pub(crate) transactions: Vec<String>,
    pub(crate) created: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    NeedsResponse,
    WarningNeedsResponse,
    WarningClosed,
    Won,
    Lost,
}

impl DisputeStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NeedsResponse => "needs_response",
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningClosed => "warning_closed",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

impl Dispute {
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, DisputeStatus::NeedsResponse | DisputeStatus::WarningNeedsResponse)
    }

    /// With the movements that it caused, out of all.
    pub(crate) fn to_json(&self, transactions: &Table<BalanceTransaction>) -> Value {
        let transactions: Vec<_> = self
            .transactions
            .iter()
            .filter_map(|id| transactions.get(id))
            .map(BalanceTransaction::to_json)
            .collect();
        let is_inquiry =
            matches!(self.status, DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningClosed);
        let case_type = if is_inquiry { "inquiry" } else { "chargeback" };
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transaction": self.transactions.first(),
            "balance_transactions": transactions,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": evidence(),
            "evidence_details": {
                "due_by": self.created + RESPONSE_TIME_SECONDS,
                "enhanced_eligibility": {},
                "has_evidence": false,
                "past_due": false,
                "submission_count": 0,
            },
            "is_charge_refundable": self.status == DisputeStatus::WarningNeedsResponse,
            "livemode": false,
            "metadata": {},
            "network_reason_code": "10.4",
            "payment_intent": self.payment_intent,
            "payment_method_details": {
                "card": {
                    "brand": "visa",
                    "case_type": case_type,
                    "network": "visa",
                    "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": "fraudulent",
            "status": self.status.as_str(),
        })
    }
}

fn evidence() -> Value {
    const FIELDS: &[&str] = &[
        "access_activity_log",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
        "uncategorized_text",
    ];
    let mut evidence: Value = FIELDS.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    evidence["enhanced_evidence"] = json!({});
    evidence
}

impl Row for Dispute {
    fn id(&self) -> &str {
        &self.id
    }
}
