//! The running simulator and what it can be told.

use std::net::SocketAddr;

use super::engine::Stripe;
use super::signature::signature_header;
use crate::simulators::shared::setup::Running;

/// Stripe on an address of its own, until it is shut down or dropped.
#[derive(Debug)]
pub struct StripeSimulator {
    pub(super) running: Running<Stripe>,
}

impl StripeSimulator {
    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.running.addr()
    }

    /// The root of the API, for a client's base URL: no final slash.
    pub fn base_url(&self) -> String {
        self.running.base_url()
    }

    /// The checkout page of a payment, without its `client_secret`.
    pub fn checkout_url(&self, payment_intent: &str) -> String {
        format!("{}/checkout/{payment_intent}", self.base_url())
    }

    /// A `Stripe-Signature` header for a body of the caller's own making, with the simulator's webhook secret.
    pub fn sign(&self, body: &[u8], timestamp: i64) -> String {
        signature_header(&self.running.engine.provider.webhook_secret, body, timestamp)
    }

    /// Ends deliveries, lets calls in progress end, and closes the port.
    pub async fn shutdown(self) {
        self.running.shutdown().await;
    }
}
