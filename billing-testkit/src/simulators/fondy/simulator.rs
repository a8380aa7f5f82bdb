//! The running simulator and what it can be told.

use std::net::SocketAddr;

use serde_json::{Map, Value};

use super::engine::Fondy;
use crate::simulators::shared::setup::Running;

/// Fondy on an address of its own, until it is shut down or dropped.
#[derive(Debug)]
pub struct FondySimulator {
    pub(super) running: Running<Fondy>,
}

impl FondySimulator {
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
