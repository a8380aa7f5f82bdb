//! How a simulator is set up.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use super::engine::{Fondy, watch_lifetimes};
use super::signature::SignatureAlgorithm;
use super::simulator::FondySimulator;
use super::{api, checkout, console, control};
use crate::simulators::shared::setup::Setup;

const RETRY_DELAYS: [Duration; 6] = [
    Duration::from_secs(2),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(24),
];

/// An endpoint that takes longer has not acknowledged the callback.
const CALLBACK_TIMEOUT: Duration = Duration::from_secs(30);

/// Sets up a [`FondySimulator`].
#[must_use]
pub struct FondySimulatorBuilder {
    merchant_id: i64,
    secret_key: String,
    algorithm: SignatureAlgorithm,
    is_test: bool,
    setup: Setup,
}

impl FondySimulator {
    /// Sets up a simulator with this merchant and its secret key.
    pub fn builder(merchant_id: i64, secret_key: impl Into<String>) -> FondySimulatorBuilder {
        FondySimulatorBuilder {
            merchant_id,
            secret_key: secret_key.into(),
            algorithm: SignatureAlgorithm::default(),
            is_test: false,
            setup: Setup::new(CALLBACK_TIMEOUT, &RETRY_DELAYS),
        }
    }
}

impl FondySimulatorBuilder {
    /// Signs, and checks signatures, by another digest than SHA-1.
    pub fn with_signature(mut self, algorithm: SignatureAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Whether this is a test merchant, whose answers and callbacks say so: off by default.
    pub fn with_test_mode(mut self, is_test: bool) -> Self {
        self.is_test = is_test;
        self
    }

    /// Where callbacks go of orders that name no address: the setting of the merchant's portal.
    pub fn with_callback_url(mut self, url: impl Into<String>) -> Self {
        self.setup.webhook_url = Some(url.into());
        self
    }

    /// How long the endpoint may take to answer: thirty seconds by default.
    pub fn with_callback_timeout(mut self, timeout: Duration) -> Self {
        self.setup.webhook_timeout = timeout;
        self
    }

    /// The pauses between attempts to deliver a callback; after the last one, a day by default, it is given up.
    pub fn with_retry_delays(mut self, delays: impl Into<Vec<Duration>>) -> Self {
        self.setup.retry_delays = delays.into();
        self
    }

    /// Keeps the state in this file, written anew after each change and read at the start.
    pub fn with_state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.state_file = Some(path.into());
        self
    }

    /// Tells the Unix time in seconds, for `order_time` and lifetimes: the system's by default.
    pub fn with_clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.setup.clock = Arc::new(now);
        self
    }

    /// Binds the address (port 0: a free one) and serves until the simulator is shut down or dropped.
    ///
    /// # Errors
    ///
    /// When the address is taken, or the state file is there but cannot be read.
    pub async fn start(self, addr: SocketAddr) -> io::Result<FondySimulator> {
        let listener = TcpListener::bind(addr).await?;
        let fondy = Fondy {
            merchant_id: self.merchant_id,
            secret_key: self.secret_key,
            algorithm: self.algorithm,
            is_test: self.is_test,
            base_url: format!("http://{}", listener.local_addr()?),
        };
        let app = Router::new()
            .merge(api::router())
            .merge(checkout::router())
            .merge(console::router())
            .merge(control::router());
        let running = self.setup.start(fondy, listener, app)?;
        tokio::spawn(watch_lifetimes(Arc::clone(&running.engine)));
        Ok(FondySimulator { running })
    }
}

// By hand: the secret stays out of it.
impl fmt::Debug for FondySimulatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FondySimulatorBuilder")
            .field("merchant_id", &self.merchant_id)
            .field("algorithm", &self.algorithm)
            .field("is_test", &self.is_test)
            .field("callback_url", &self.setup.webhook_url)
            .field("callback_timeout", &self.setup.webhook_timeout)
            .field("retry_delays", &self.setup.retry_delays)
            .field("state_file", &self.setup.state_file)
            .finish_non_exhaustive()
    }
}
