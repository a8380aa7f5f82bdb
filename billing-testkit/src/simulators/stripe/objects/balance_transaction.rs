//! Movements of the merchant's balance.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::simulators::shared::table::Row;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BalanceTransaction {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) category: String,
    /// Signed: what comes in is positive, what is taken back negative.
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: String,
    pub(crate) source: String,
    pub(crate) created: i64,
}

impl BalanceTransaction {
    pub(crate) fn to_json(&self) -> Value {
        let fee_details = match self.fee {
            0 => json!([]),
            fee => json!([{
                "amount": fee,
                "application": null,
                "currency": self.currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }]),
        };
        json!({
            "id": self.id,
            "object": "balance_transaction",
            "amount": self.amount,
            "available_on": self.created,
            "balance_type": "payments",
            "created": self.created,
            "currency": self.currency,
            "description": null,
            "exchange_rate": null,
            "fee": self.fee,
            "fee_details": fee_details,
            "net": self.amount - self.fee,
            "reporting_category": self.category,
            "source": self.source,
            "status": "available",
            "type": self.kind,
        })
    }
}

impl Row for BalanceTransaction {
    fn id(&self) -> &str {
        &self.id
    }
}
