use serde_json::Value;

use super::{Answer, Api, Launch, Server, beside_sandbox, new_key};

/// A service that bills through one server.
#[derive(Clone, Debug)]
pub(crate) struct Service(Api);

impl Service {
    /// With this key.
    pub(crate) fn new(server: &Server, secret: &str) -> Self {
        Self(server.anybody().with_token(secret))
    }

    /// With a key that is made for it, beside a sandbox.
    pub(crate) fn beside(launch: &Launch, server: &Server) -> Self {
        Self::new(server, &new_key(&beside_sandbox(launch), "search", &["preflight"]).secret)
    }

    /// Makes one of the four calls.
    pub(crate) async fn post(&self, call: &str, body: &Value) -> Answer {
        self.send(call, body.to_string()).await
    }

    /// Makes one with a body as it is written here, right or wrong.
    pub(crate) async fn send(&self, call: &str, body: impl Into<String>) -> Answer {
        self.0.post(&format!("/api/billing/preflight/{call}"), body).await
    }
}
