//! What can only be read: `/v1/charges`, `/v1/disputes` and `/v1/events`.

use serde_json::Value;

use super::call::Call;
use super::list::page;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::{Charge, Event};
use crate::simulators::stripe::state::State;

pub(super) fn retrieve_charge(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.charge(&call.id).map(Charge::to_json)
}

pub(super) fn retrieve_dispute(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.dispute_json(&call.id)
}

pub(super) fn list_disputes(state: &State, call: &Call) -> Result<Value, ApiError> {
    let (charge, intent) = (call.params.text("charge")?, call.params.text("payment_intent")?);
    let wanted = state.disputes.newest_first().filter(|dispute| {
        charge.is_none_or(|id| dispute.charge == id) && intent.is_none_or(|id| dispute.payment_intent == id)
    });
    page(wanted, &call.params, "/v1/disputes", |dispute| dispute.to_json(&state.transactions))
}

pub(super) fn retrieve_event(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.event(&call.id).map(Event::to_json)
}

pub(super) fn list_events(state: &State, call: &Call) -> Result<Value, ApiError> {
    let params = &call.params;
    let kinds: Vec<_> = params.text("type")?.into_iter().chain(params.list("types")).collect();
    let bound = |name| params.integer_at(&["created", name]);
    let (at_least, above) = (bound("gte")?, bound("gt")?);
    let (at_most, below) = (bound("lte")?, bound("lt")?);
    let wanted = state.events.newest_first().filter(|event| {
        (kinds.is_empty() || kinds.contains(&event.kind.as_str()))
            && at_least.is_none_or(|bound| event.created >= bound)
            && above.is_none_or(|bound| event.created > bound)
            && at_most.is_none_or(|bound| event.created <= bound)
            && below.is_none_or(|bound| event.created < bound)
    });
    page(wanted, params, "/v1/events", Event::to_json)
}
