//! `reverse/order_id`: a part of an order, or all of it, goes back.

use serde_json::{Map, Value, json};

use super::call::Call;
use crate::simulators::fondy::changes::NewReversal;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;

pub(super) fn create(engine: &Engine, call: &Call) -> Result<Map<String, Value>, ApiError> {
    call.is_current_version()?;
    call.text("comment", 1024)?;
    let order_id = call.required("order_id", 1024)?;
    let currency = call.required("currency", 3)?;
    let new = NewReversal { amount: Some(call.amount()?), reverse_id: call.text("reverse_id", 50)? };
    let moment = engine.moment();
    let (answer, _) = engine.change(|state| {
        if state.order(&order_id)?.currency() != currency {
            return Err(ApiError::incorrect("currency"));
        }
        let reversal = state.reverse_by_api(&moment, &order_id, new)?;
        let order = state.order(&order_id)?;
        Ok([
            ("merchant_id", json!(moment.merchant_id)),
            ("order_id", json!(order_id)),
            ("response_code", json!("")),
            ("response_description", json!("")),
            ("response_status", json!("success")),
            // The running total of what is done, this reversal included once it is.
            ("reversal_amount", json!(order.reversal_amount().to_string())),
            ("reverse_id", json!(reversal.reverse_id.unwrap_or_default())),
            ("reverse_status", json!(reversal.status.as_str())),
            ("transaction_id", json!(reversal.transaction_id)),
        ])
    })?;
    Ok(answer?.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
