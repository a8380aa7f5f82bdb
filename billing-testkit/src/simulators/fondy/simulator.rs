//! The running simulator and what it can be told.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use super::engine::{Fondy, watch_lifetimes};
use super::{api, checkout, console, control};
use crate::simulators::shared::setup::{Running, Setup};

/// Fondy on an address of its own, until it is shut down or dropped.
#[derive(Debug)]
pub struct FondySimulator {
    pub(super) running: Running<Fondy>,
}

impl FondySimulator {
    pub(super) fn serve(setup: Setup, fondy: Fondy, listener: TcpListener) -> io::Result<Self> {
        let app = Router::new()
            .merge(api::router())
            .merge(checkout::router())
            .merge(console::router())
            .merge(control::router());
        let running = setup.start(fondy, listener, app)?;
        tokio::spawn(watch_lifetimes(Arc::clone(&running.engine)));
        Ok(Self { running })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.running.addr()
    }

    /// The root of its pages: no final slash.
    pub fn base_url(&self) -> String {
        self.running.base_url()
    }

    /// The root of the API, for a client's base URL: no final slash.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.base_url())
    }

    /// The fields with a signature of the merchant's, for requests and callbacks of the caller's own making.
    ///
    /// # Panics
    ///
    /// When a value cannot be signed: a fraction, a boolean, something nested.
    pub fn signed(&self, mut fields: Map<String, Value>) -> Map<String, Value> {
        let signature = self.running.engine.provider.sign(&fields).expect("values that can be signed");
        fields.insert("signature".to_owned(), signature.into());
        fields
    }

    /// Ends deliveries, lets calls in progress end, and closes the port.
    pub async fn shutdown(self) {
        self.running.shutdown().await;
    }
}
