//! The receipt of a charge, as it stands when it is looked at. As at Stripe, its address is all that one needs.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::text::Text;
use super::{Sim, page};
use crate::simulators::shared::html::accepted_languages;
use crate::simulators::stripe::engine::Engine;
use crate::simulators::stripe::error::ApiError;

pub(super) fn router() -> Router<Arc<Engine>> {
    Router::new().route("/receipts/{id}", get(show))
}

async fn show(Shared(engine): Sim, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let text = Text::choose(None, accepted_languages(&headers));
    engine.read(|state| match state.charges.get(&id).filter(|charge| charge.is_paid()) {
        Some(charge) => page::receipt(text, charge),
        None => page::refusal(text, &ApiError::not_found("charge", &id, "id")),
    })
}
