//! The API under `/api`: which paths there are, and which fields each knows.

mod call;
mod checkout_url;
mod endpoint;
mod reverse;
mod status;

use std::sync::Arc;

use axum::Router;

use self::endpoint::Endpoint;
use super::engine::Engine;

/// The fields of an order. Those of payments that are not played here are known too, for they are signed.
const ORDER: &[&str] = &[
    "amount",
    "cancel_url",
    "chargeback_callback_url",
    "currency",
    "default_payment_system",
    "delayed",
    "lang",
    "lifetime",
    "merchant_data",
    "merchant_id",
    "order_desc",
    "order_id",
    "payment_systems",
    "preauth",
    "product_id",
    "rectoken",
    "required_rectoken",
    "reservation_data",
    "response_url",
    "sender_email",
    "server_callback_url",
    "subscription",
    "subscription_callback_url",
    "verification",
    "version",
];
const STATUS: &[&str] = &["merchant_id", "order_id", "version"];
const REVERSE: &[&str] =
    &["amount", "comment", "currency", "merchant_id", "order_id", "reverse_id", "version"];

pub(super) fn router() -> Router<Arc<Engine>> {
    let endpoints = [
        ("/api/checkout/url", Endpoint::new(checkout_url::create, ORDER).unsigned()),
        ("/api/status/order_id", Endpoint::new(status::read, STATUS)),
        ("/api/reverse/order_id", Endpoint::new(reverse::create, REVERSE)),
    ];
    endpoints.into_iter().fold(Router::new(), |router, (path, endpoint)| {
        router.route(path, endpoint.route()).route(&format!("{path}/"), endpoint.route())
    })
}
