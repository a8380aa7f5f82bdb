//! How a simulator is set up.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::engine::{Clock, Engine, Settings};
use super::faults::Faults;
use super::idempotency::RunningKeys;
use super::simulator::StripeSimulator;
use super::snapshot::Snapshot;
use super::webhook::Courier;

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
    webhook_url: Option<String>,
    webhook_timeout: Duration,
    retry_delays: Vec<Duration>,
    state_file: Option<PathBuf>,
    clock: Clock,
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
        Self {
            secret_key,
            webhook_secret,
            webhook_url: None,
            webhook_timeout: WEBHOOK_TIMEOUT,
            retry_delays: RETRY_DELAYS.to_vec(),
            state_file: None,
            clock: Arc::new(system_time),
        }
    }

    /// Where webhooks go. Without it none are sent; see also [`StripeSimulator::set_webhook_url`].
    pub fn with_webhook_url(mut self, url: impl Into<String>) -> Self {
        self.webhook_url = Some(url.into());
        self
    }

    /// How long the endpoint may take to answer: ten seconds by default.
    pub fn with_webhook_timeout(mut self, timeout: Duration) -> Self {
        self.webhook_timeout = timeout;
        self
    }

    /// The pauses between attempts to deliver a webhook; after the last one it is given up.
    pub fn with_retry_delays(mut self, delays: impl Into<Vec<Duration>>) -> Self {
        self.retry_delays = delays.into();
        self
    }

    /// Keeps the state in this file, written anew after each change and read at the start.
    pub fn with_state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Tells the Unix time in seconds, for `created` and for signatures: the system's by default.
    pub fn with_clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// Binds the address (port 0: a free one) and serves until the simulator is shut down or dropped.
    ///
    /// # Errors
    ///
    /// When the address is taken, or the state file is there but cannot be read.
    pub async fn start(self, addr: SocketAddr) -> io::Result<StripeSimulator> {
        let snapshot = Snapshot::new(self.state_file);
        let state = snapshot.load()?;
        let client = reqwest::Client::builder()
            .timeout(self.webhook_timeout)
            // The endpoint is on this machine, and a redirect counts as a failure.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(io::Error::other)?;
        let listener = TcpListener::bind(addr).await?;
        let (courier, queue) = Courier::new(self.webhook_url);
        let engine = Engine {
            settings: Settings {
                secret_key: self.secret_key,
                webhook_secret: self.webhook_secret,
                retry_delays: self.retry_delays,
                clock: self.clock,
            },
            courier,
            faults: Faults::default(),
            running_keys: RunningKeys::default(),
            client,
            stop: watch::Sender::new(false),
            snapshot,
            state: Mutex::new(state),
        };
        StripeSimulator::serve(Arc::new(engine), queue, listener)
    }
}

// By hand: both secrets stay out of it.
impl fmt::Debug for StripeSimulatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StripeSimulatorBuilder")
            .field("webhook_url", &self.webhook_url)
            .field("webhook_timeout", &self.webhook_timeout)
            .field("retry_delays", &self.retry_delays)
            .field("state_file", &self.state_file)
            .finish_non_exhaustive()
    }
}

fn system_time() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
}
