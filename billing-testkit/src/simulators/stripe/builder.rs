//! How a simulator is set up.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use super::engine::Stripe;
use super::idempotency::RunningKeys;
use super::simulator::StripeSimulator;
use super::{api, checkout, console, control};
use crate::simulators::shared::setup::Setup;

const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
];

/// An endpoint that takes longer has not acknowledged the webhook.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// Sets up a [`StripeSimulator`].
#[must_use]
pub struct StripeSimulatorBuilder {
    secret_key: String,
    webhook_secret: String,
    setup: Setup,
}

impl StripeSimulator {
    /// Sets up a simulator that takes this API key and signs webhooks with this secret (`whsec_…`).
    pub fn builder(
        secret_key: impl Into<String>,
        webhook_secret: impl Into<String>,
    ) -> StripeSimulatorBuilder {
        StripeSimulatorBuilder::new(secret_key.into(), webhook_secret.into())
    }
}

impl StripeSimulatorBuilder {
    pub(super) fn new(secret_key: String, webhook_secret: String) -> Self {
        Self { secret_key, webhook_secret, setup: Setup::new(WEBHOOK_TIMEOUT, &RETRY_DELAYS) }
    }

    /// Where webhooks go. Without it none are sent; see also [`StripeSimulator::set_webhook_url`].
    pub fn with_webhook_url(mut self, url: impl Into<String>) -> Self {
        self.setup.webhook_url = Some(url.into());
        self
    }

    /// How long the endpoint may take to answer: ten seconds by default.
    pub fn with_webhook_timeout(mut self, timeout: Duration) -> Self {
        self.setup.webhook_timeout = timeout;
        self
    }

    /// The pauses between attempts to deliver a webhook; after the last one it is given up.
    pub fn with_retry_delays(mut self, delays: impl Into<Vec<Duration>>) -> Self {
        self.setup.retry_delays = delays.into();
        self
    }

    /// Keeps the state in this file, written anew after each change and read at the start.
    pub fn with_state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.state_file = Some(path.into());
        self
    }

    /// Tells the Unix time in seconds, for `created` and for signatures: the system's by default.
    pub fn with_clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.setup.clock = Arc::new(now);
        self
    }

    /// Binds the address (port 0: a free one) and serves until the simulator is shut down or dropped.
    ///
    /// # Errors
    ///
    /// When the address is taken, or the state file is there but cannot be read.
    pub async fn start(self, addr: SocketAddr) -> io::Result<StripeSimulator> {
        let listener = TcpListener::bind(addr).await?;
        let stripe = Stripe {
            secret_key: self.secret_key,
            webhook_secret: self.webhook_secret,
            base_url: format!("http://{}", listener.local_addr()?),
            running_keys: RunningKeys::default(),
        };
        let app = Router::new()
            .merge(api::router())
            .merge(checkout::router())
            .merge(console::router())
            .merge(control::router());
        Ok(StripeSimulator { running: self.setup.start(stripe, listener, app)? })
    }
}

// By hand: both secrets stay out of it.
impl fmt::Debug for StripeSimulatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StripeSimulatorBuilder")
            .field("webhook_url", &self.setup.webhook_url)
            .field("webhook_timeout", &self.setup.webhook_timeout)
            .field("retry_delays", &self.setup.retry_delays)
            .field("state_file", &self.setup.state_file)
            .finish_non_exhaustive()
    }
}
