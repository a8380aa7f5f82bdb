//! How a simulator comes up and goes down, whatever the provider.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::clock::{self, Clock};
use super::courier::{self, Courier};
use super::engine::{Engine, Provider};
use super::faults::Faults;
use super::server::Server;
use super::snapshot::Snapshot;

/// Longer bodies are refused.
pub(crate) const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// What every simulator can be told before it starts.
pub(crate) struct Setup {
    pub(crate) webhook_url: Option<String>,
    pub(crate) webhook_timeout: Duration,
    pub(crate) retry_delays: Vec<Duration>,
    pub(crate) state_file: Option<PathBuf>,
    pub(crate) clock: Clock,
}

impl Setup {
    pub(crate) fn new(webhook_timeout: Duration, retry_delays: &[Duration]) -> Self {
        Self {
            webhook_url: None,
            webhook_timeout,
            retry_delays: retry_delays.to_vec(),
            state_file: None,
            clock: clock::system(),
        }
    }

    /// Serves on a port that was bound, and delivers.
    pub(crate) fn start<P: Provider>(
        self,
        provider: P,
        listener: TcpListener,
        app: Router<Arc<Engine<P>>>,
    ) -> io::Result<Running<P>> {
        let snapshot = Snapshot::new(self.state_file);
        let state = snapshot.load()?;
        let (courier, queue) = Courier::new(self.webhook_timeout, self.retry_delays)?;
        let stop = watch::Sender::new(false);
        let engine = Arc::new(Engine {
            provider,
            courier,
            faults: Faults::default(),
            stop: stop.clone(),
            clock: self.clock,
            webhook_url: Mutex::new(self.webhook_url),
            snapshot,
            state: Mutex::new(state),
        });
        let app = app.layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES)).with_state(Arc::clone(&engine));
        let stopped = stop.subscribe();
        let server = Server::start(listener, app, stop)?;
        engine.resume_deliveries();
        tokio::spawn(courier::run(Arc::clone(&engine), queue, stopped));
        Ok(Running { engine, server })
    }
}

/// A simulator at work, until it is shut down or dropped.
#[derive(Debug)]
pub(crate) struct Running<P: Provider> {
    pub(crate) engine: Arc<Engine<P>>,
    server: Server,
}

impl<P: Provider> Running<P> {
    pub(crate) fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    pub(crate) fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Ends deliveries, lets calls in progress end, and closes the port.
    pub(crate) async fn shutdown(self) {
        self.server.shutdown().await;
    }
}
