//! The API under `/v1`: which paths there are, and what each takes.

mod call;
mod endpoint;
mod list;
mod payment_intents;
mod records;
mod refunds;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::any;

use self::endpoint::Endpoint;
use super::engine::Engine;
use super::error::ApiError;

const INTENT: &[&str] = &["latest_charge", "latest_charge.balance_transaction", "latest_charge.refunds"];
const CHARGE: &[&str] = &["balance_transaction", "payment_intent", "refunds"];
const REFUND: &[&str] = &["balance_transaction", "charge", "payment_intent"];
const DISPUTE: &[&str] = &["charge", "payment_intent"];

const NEW_INTENT: &[&str] = &[
    "amount",
    "automatic_payment_methods",
    "currency",
    "customer",
    "description",
    "metadata",
    "receipt_email",
    "statement_descriptor_suffix",
];
const CONFIRM: &[&str] = &["client_secret", "payment_method", "return_url", "use_stripe_sdk"];
const NEW_REFUND: &[&str] = &["amount", "charge", "metadata", "payment_intent", "reason"];
const OF_PAYMENT: &[&str] = &["charge", "limit", "payment_intent", "starting_after"];
const EVENTS: &[&str] = &["created", "limit", "starting_after", "type", "types"];

pub(super) fn router() -> Router<Arc<Engine>> {
    use self::{payment_intents as intents, records, refunds};

    let create_intent = Endpoint::write(intents::create).taking(NEW_INTENT).expanding(INTENT);
    let retrieve_intent =
        Endpoint::read(intents::retrieve).taking(&["client_secret"]).expanding(INTENT).for_browsers();
    let confirm_intent = Endpoint::write(intents::confirm).taking(CONFIRM).expanding(INTENT).for_browsers();
    let cancel_intent = Endpoint::write(intents::cancel).taking(&["cancellation_reason"]).expanding(INTENT);
    let create_refund = Endpoint::write(refunds::create).taking(NEW_REFUND).expanding(REFUND);
    let list_refunds = Endpoint::read(refunds::list).taking(OF_PAYMENT).expanding(REFUND);
    let retrieve_refund = Endpoint::read(refunds::retrieve).expanding(REFUND);
    let list_disputes = Endpoint::read(records::list_disputes).taking(OF_PAYMENT).expanding(DISPUTE);
    let retrieve_dispute = Endpoint::read(records::retrieve_dispute).expanding(DISPUTE);
    let retrieve_charge = Endpoint::read(records::retrieve_charge).expanding(CHARGE);
    let list_events = Endpoint::read(records::list_events).taking(EVENTS);
    let retrieve_event = Endpoint::read(records::retrieve_event);

    Router::new()
        .route("/v1/payment_intents", create_intent.route())
        .route("/v1/payment_intents/{id}", retrieve_intent.route())
        .route("/v1/payment_intents/{id}/confirm", confirm_intent.route())
        .route("/v1/payment_intents/{id}/cancel", cancel_intent.route())
        .route("/v1/refunds", create_refund.route().merge(list_refunds.route()))
        .route("/v1/refunds/{id}", retrieve_refund.route())
        .route("/v1/disputes", list_disputes.route())
        .route("/v1/disputes/{id}", retrieve_dispute.route())
        .route("/v1/charges/{id}", retrieve_charge.route())
        .route("/v1/events", list_events.route())
        .route("/v1/events/{id}", retrieve_event.route())
        .route("/v1/{*path}", any(unknown_url))
        .method_not_allowed_fallback(unknown_url)
}

async fn unknown_url(request: Request) -> ApiError {
    ApiError::unknown_url(request.method().as_str(), request.uri().path())
}
