//! The running simulator and what it can be told.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::api::BODY_LIMIT_BYTES;
use super::connection::{Connection, CuttingListener};
use super::engine::Engine;
use super::webhook::{self, Parcel, signature_header};
use super::{api, checkout, console, control};

/// How long calls in progress may take when the simulator shuts down.
const SHUTDOWN_CEILING: Duration = Duration::from_secs(5);

/// Stripe on an address of its own, until it is shut down or dropped.
#[derive(Debug)]
pub struct StripeSimulator {
    pub(super) engine: Arc<Engine>,
    addr: SocketAddr,
    server: JoinHandle<()>,
    courier: JoinHandle<()>,
}

impl StripeSimulator {
    pub(super) fn serve(
        engine: Arc<Engine>,
        queue: mpsc::UnboundedReceiver<Parcel>,
        listener: TcpListener,
    ) -> io::Result<Self> {
        let addr = listener.local_addr()?;
        let app = Router::new()
            .merge(api::router())
            .merge(checkout::router())
            .merge(console::router())
            .merge(control::router())
            .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
            .with_state(Arc::clone(&engine))
            .into_make_service_with_connect_info::<Connection>();
        let mut stop = engine.stop.subscribe();
        let serving = axum::serve(CuttingListener(listener), app).with_graceful_shutdown(async move {
            // Ends with an error only when the simulator is gone, which is a reason to stop as well.
            let _ = stop.wait_for(|stopped| *stopped).await;
        });
        engine.resume_deliveries();
        let courier = tokio::spawn(webhook::run(Arc::clone(&engine), queue));
        let server = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(error = &error as &dyn std::error::Error, "the simulator stopped serving");
            }
        });
        Ok(Self { engine, addr, server, courier })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The root of the API, for a client's base URL: no final slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
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
    pub async fn shutdown(mut self) {
        self.engine.stop.send_replace(true);
        self.courier.abort();
        if tokio::time::timeout(SHUTDOWN_CEILING, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

impl Drop for StripeSimulator {
    fn drop(&mut self) {
        self.engine.stop.send_replace(true);
        self.courier.abort();
    }
}
