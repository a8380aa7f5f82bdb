//! Movements of the merchant's balance.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::simulators::shared::table::Row;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::state::{Moment, State};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BalanceTransaction {
    id: String,
    kind: String,
    category: String,
    /// Signed: what comes in is positive, what is taken back negative.
    pub(super) amount: i64,
    fee: i64,
    currency: String,
    source: String,
    created: i64,
}

/// What moves: the amount without Stripe's fee, which never counts towards a payment or a dispute.
pub(super) struct Movement<'a> {
    pub(super) kind: &'a str,
    pub(super) category: &'a str,
    pub(super) amount: i64,
    pub(super) fee: i64,
    pub(super) currency: &'a str,
    pub(super) source: &'a str,
}

impl State {
    /// Books a movement and returns its id.
    pub(super) fn book(&mut self, moment: &Moment, movement: &Movement<'_>) -> String {
        let id = ids::new("txn");
        self.transactions.insert(BalanceTransaction {
            id: id.clone(),
            kind: movement.kind.to_owned(),
            category: movement.category.to_owned(),
            amount: movement.amount,
            fee: movement.fee,
            currency: movement.currency.to_owned(),
            source: movement.source.to_owned(),
            created: moment.now,
        });
        id
    }
}

impl BalanceTransaction {
    pub(super) fn to_json(&self) -> Value {
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
