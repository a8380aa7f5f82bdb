//! `expand[]`: an id in an answer gives way to the object it names.

use serde_json::{Value, json};

use super::objects::{BalanceTransaction, Charge, PaymentIntent, Refund};
use super::state::State;

impl State {
    /// Follows each path, such as `latest_charge.refunds` or, in a list, `data.charge`.
    pub(super) fn expand(&self, mut object: Value, paths: &[&str]) -> Value {
        for path in paths {
            let fields: Vec<_> = path.split('.').collect();
            self.expand_field(&mut object, &fields);
        }
        object
    }

    fn expand_field(&self, object: &mut Value, fields: &[&str]) {
        let Some((field, deeper)) = fields.split_first() else { return };
        if *field == "refunds" && object["object"] == "charge" {
            object["refunds"] = self.refunds_of(&object["id"]);
        }
        match object.get_mut(field) {
            Some(Value::Array(items)) => {
                for item in items {
                    self.expand_field(item, deeper);
                }
            }
            Some(inner) => {
                if let Some(found) = inner.as_str().and_then(|id| self.object(id)) {
                    *inner = found;
                }
                self.expand_field(inner, deeper);
            }
            None => {}
        }
    }

    fn object(&self, id: &str) -> Option<Value> {
        match id.split_once('_')?.0 {
            "pi" => self.payment_intents.get(id).map(PaymentIntent::to_json),
            "ch" => self.charges.get(id).map(Charge::to_json),
            "txn" => self.transactions.get(id).map(BalanceTransaction::to_json),
            _ => None,
        }
    }

    fn refunds_of(&self, charge: &Value) -> Value {
        let refunds: Vec<_> = self
            .refunds
            .newest_first()
            .filter(|refund| *charge == refund.charge)
            .map(Refund::to_json)
            .collect();
        json!({
            "object": "list",
            "data": refunds,
            "has_more": false,
            "url": format!("/v1/refunds?charge={}", charge.as_str().unwrap_or_default()),
        })
    }
}
