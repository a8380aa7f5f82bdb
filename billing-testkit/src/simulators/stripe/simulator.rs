//! The running simulator and what it can be told.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::api::BODY_LIMIT_BYTES;
use super::engine::Engine;
use super::webhook::{self, Parcel, signature_header};
use super::{api, checkout, console, control};
use crate::simulators::shared::server::Server;

/// Stripe on an address of its own, until it is shut down or dropped.
#[derive(Debug)]
pub struct StripeSimulator {
    pub(super) engine: Arc<Engine>,
    server: Server,
    courier: JoinHandle<()>,
}

impl StripeSimulator {
    pub(super) fn serve(
        engine: Arc<Engine>,
        queue: mpsc::UnboundedReceiver<Parcel>,
        listener: TcpListener,
    ) -> io::Result<Self> {
        let app = Router::new()
            .merge(api::router())
            .merge(checkout::router())
            .merge(console::router())
            .merge(control::router())
            .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
            .with_state(Arc::clone(&engine));
        let server = Server::start(listener, app, engine.stop.clone())?;
        engine.resume_deliveries();
        let courier = tokio::spawn(webhook::run(Arc::clone(&engine), queue));
        Ok(Self { engine, server, courier })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The root of the API, for a client's base URL: no final slash.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The checkout page of a payment, without its `client_secret`.
    pub fn checkout_url(&self, payment_intent: &str) -> String {
        format!("{}/checkout/{payment_intent}", self.base_url())
    }

    /// A `Stripe-Signature` header for a body of the caller's own making, with the simulator's webhook secret.
    pub fn sign(&self, body: &[u8], timestamp: i64) -> String {
        signature_header(&self.engine.settings.webhook_secret, body, timestamp)
    }

    /// Ends deliveries, lets calls in progress end, and closes the port.
    pub async fn shutdown(self) {
        self.courier.abort();
        self.server.shutdown().await;
    }
}
