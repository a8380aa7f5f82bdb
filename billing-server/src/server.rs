//! A running server: listening, preparing the database, stopping.
use std::{future::pending, net::SocketAddr, sync::Arc, time::Duration};

use billing_core::StoreError;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    App, BoxError, DatabaseState, charging::Charging, config::Url, connections::serve, couriers::Couriers,
    error::chain, events, jobs, output::print, prices::Reload, router, routes,
};

/// Between attempts to reach a database that is away at the start.
const MIGRATE_PAUSE: Duration = Duration::from_millis(500);
/// What running requests, and then their settlements, get at the end.
const GRACE: Duration = Duration::from_secs(20);

/// A server that has its port and does not answer yet.
#[derive(Debug)]
pub(crate) struct Server {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    /// When it is taken already, or not ours to take; the message names it.
    pub(crate) async fn bind(addr: SocketAddr) -> Result<Self, BoxError> {
        let taken = |error| format!("can't listen on {addr}: {error}");
        let listener = TcpListener::bind(addr).await.map_err(taken)?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr })
    }

    /// Where it is reached from this machine.
    pub(crate) fn url(&self) -> Url {
        Url::of_server(reachable(self.addr))
    }

    /// Answers until the process is told to stop; then finishes what runs.
    ///
    /// # Errors
    /// When the database can't be used with this version, or no call could go on to the tools.
    pub(crate) async fn run(self, app: Arc<App>) -> Result<(), BoxError> {
        let mut stop_signal = StopSignal::new()?;
        let (charging, tasks) = Charging::start(&app).await?;
        let couriers = Couriers::start(&app);
        let router = router(&app, routes::tools(&app, &charging)?);
        let reload = Reload::of(&app)?;
        let url = self.url();
        let (stop, mut stopped) = watch::channel(false);
        let serving = tokio::spawn(serve(self.listener, router, async move {
            // An error means that the sender is gone, which is a reason to stop, too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        }));
        print(format_args!("listening on {url}"))?;
        tracing::info!(mode = %app.mode, version = env!("CARGO_PKG_VERSION"), "listening on {url}");

        let ended = tokio::select! {
            never = work(&app) => never,
            () = keep_prices(reload) => Ok(()),
            () = stop_signal.wait() => Ok(()),
        };
        tracing::info!("stopping");
        stop.send_replace(true);
        // They would go on for hours.
        app.board.close();
        let finish = async {
            if timeout(GRACE, serving).await.is_err() {
                tracing::warn!("some requests were still running and are dropped");
            }
            tasks.drain(GRACE).await;
            couriers.stop(GRACE).await;
            store_key_uses(&app).await;
        };
        // A database that comes back meanwhile has to be noticed: what is left is settled then.
        tokio::select! {
            () = finish => {}
            () = jobs::watch_database(&app), if app.database() != DatabaseState::Starting => {}
        }
        app.store.schema.close().await;
        tracing::info!("stopped");
        ended.map_err(BoxError::from)
    }
}

/// Reads the prices again as often as it is told to.
async fn keep_prices(reload: Option<Reload>) {
    match reload {
        Some(reload) => reload.run().await,
        None => pending().await,
    }
}

/// The last uses of keys, if the database is there: they are worth no waiting.
async fn store_key_uses(app: &App) {
    if app.database() != DatabaseState::Ready {
        return;
    }
    match timeout(GRACE, app.keys.store_uses()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!("the last uses of API keys are not stored: {}", chain(&error)),
        Err(_) => tracing::warn!("the last uses of API keys are not stored: the database takes too long"),
    }
}

/// Makes the tables, then does what nobody asks for. It ends only when the tables can't be made.
async fn work(app: &Arc<App>) -> Result<(), StoreError> {
    migrate(app).await?;
    tokio::join!(
        jobs::watch_database(app),
        jobs::expire_holds(app),
        jobs::retry_webhooks(app),
        jobs::reconcile(app),
        jobs::store_key_uses(app),
        jobs::ring_alarms(app),
        jobs::forget(app),
        events::look(app),
    );
    pending().await
}

/// Brings the database up to date, as soon as it is there.
async fn migrate(app: &App) -> Result<(), StoreError> {
    let mut is_away = false;
    loop {
        match app.store.schema.migrate().await {
            Ok(()) => {
                app.set_database(DatabaseState::Ready);
                tracing::info!("database is ready");
                return Ok(());
            }
            Err(error) if error.is_retryable() => {
                if !is_away {
                    tracing::warn!("database is away; trying again until it comes: {}", chain(&error));
                }
                is_away = true;
                sleep(MIGRATE_PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// SIGTERM, or Ctrl-C.
struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl StopSignal {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Where a server that listens on `addr` is reached from this machine.
pub(crate) fn reachable(mut addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    addr
}
