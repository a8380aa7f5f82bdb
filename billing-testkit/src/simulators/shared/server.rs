//! A router on an address of its own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connection::{Connection, CuttingListener};

/// How long calls in progress may take when the simulator shuts down.
const SHUTDOWN_CEILING: Duration = Duration::from_secs(5);

/// Serves until it is shut down or dropped.
#[derive(Debug)]
pub(crate) struct Server {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Serves from now on. `stop` is set to `true` when it ends, so that whoever waits elsewhere ends too.
    pub(crate) fn start(listener: TcpListener, app: Router, stop: watch::Sender<bool>) -> io::Result<Self> {
        let addr = listener.local_addr()?;
        let mut stopped = stop.subscribe();
        let app = app.into_make_service_with_connect_info::<Connection>();
        let serving = axum::serve(CuttingListener(listener), app).with_graceful_shutdown(async move {
            // Ends with an error only when the simulator is gone, which is a reason to stop as well.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        });
        let serving = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(error = &error as &dyn std::error::Error, "the simulator stopped serving");
            }
        });
        Ok(Self { addr, stop, serving })
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address for a client's base URL: no final slash.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Lets calls in progress end, and closes the port.
    pub(crate) async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(SHUTDOWN_CEILING, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
