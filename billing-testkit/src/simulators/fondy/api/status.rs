//! `status/order_id`: an order as it stands.

use serde_json::{Map, Value};

use super::call::Call;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;

pub(super) fn read(engine: &Engine, call: &Call) -> Result<Map<String, Value>, ApiError> {
    call.is_current_version()?;
    let order_id = call.required("order_id", 1024)?;
    engine.read(|state| Ok(engine.picture(state, state.order(&order_id)?)))
}
