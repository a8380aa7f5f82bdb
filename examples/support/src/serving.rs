use std::{env, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::sleep,
};

/// What running calls, and then their settlements, get when the process was told to stop.
pub const GRACE: Duration = Duration::from_secs(20);

/// How long holds live: `HOLD_TTL_SECONDS`, else a minute. The money of a process that was killed is free so soon.
///
/// # Errors
/// When the variable holds no number.
pub fn hold_ttl() -> anyhow::Result<Duration> {
    let Ok(seconds) = env::var("HOLD_TTL_SECONDS") else { return Ok(Duration::from_mins(1)) };
    Ok(Duration::from_secs(seconds.parse().context("HOLD_TTL_SECONDS must be a number")?))
}

/// Takes the port of `BIND_ADDR`, else 8080 on this machine, and prints where that is.
///
/// # Errors
/// When it can't be had.
#[expect(clippy::print_stdout, reason = "whoever starts the program waits for this line")]
pub async fn listen() -> anyhow::Result<TcpListener> {
    let addr = env::var("BIND_ADDR").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| format!("can't listen on {addr}"))?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(listener)
}

/// Tells whether the process was told to stop: by SIGTERM, or by Ctrl-C.
#[derive(Clone, Debug)]
pub struct StopSignal(watch::Receiver<bool>);

impl StopSignal {
    /// Listens for it from now on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn new() -> anyhow::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (told, telling) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            told.send_replace(true);
        });
        Ok(Self(telling))
    }

    /// Waits for it.
    pub async fn wait(mut self) {
        // An error means that nobody listens any more, which is a reason to stop, too.
        let _ = self.0.wait_for(|told| *told).await;
    }

    /// Lets a server run to its end, which it has [`GRACE`] after the signal at the latest.
    ///
    /// # Errors
    /// The server's.
    pub async fn bound<E>(self, serving: impl Future<Output = Result<(), E>>) -> anyhow::Result<()>
    where
        anyhow::Error: From<E>,
    {
        let overdue = async {
            self.wait().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            served = serving => Ok(served?),
            () = overdue => {
                tracing::warn!("some calls were still running and are dropped");
                Ok(())
            }
        }
    }
}
