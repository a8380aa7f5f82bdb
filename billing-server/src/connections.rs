//! Connections of clients, with a bound on how long a request's head may take: a client that sends it byte by byte
//! would hold its connection for ever.
use std::{future::Future, io, net::SocketAddr, pin::pin, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tower_http::add_extension::AddExtension;

use crate::client_address::Peer;

/// It also ends connections that nobody uses any more.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);
/// So long a client may take nothing of what it is sent.
#[cfg(target_os = "linux")]
const STALLED_TIMEOUT: Duration = Duration::from_mins(1);
/// What a client of HTTP/2 sends first.
const HTTP2_PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Between looks at a preface that comes in pieces.
const PREFACE_PAUSE: Duration = Duration::from_millis(50);
/// After a connection could not be taken, which mostly means that too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`, then finishes the requests that run. Each request carries its [`Peer`].
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD_TIMEOUT);
    let connections = GracefulShutdown::new();
    let (stopping, stopped) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stop => break,
        };
        let service = TowerToHyperService::new(AddExtension::new(router.clone(), Peer(peer)));
        let (builder, watcher, mut stopped) = (builder.clone(), connections.watcher(), stopped.clone());
        tokio::spawn(async move {
            // The bounds below begin once it is known which version of HTTP is spoken. Browsers open connections that
            // they may never use; a stop does not wait for those.
            let has_begun = tokio::select! {
                begun = timeout(HEAD_TIMEOUT, begun(&stream)) => matches!(begun, Ok(Ok(()))),
                _ = stopped.changed() => false,
            };
            if !has_begun {
                return;
            }
            let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!("connection broke: {error}");
            }
        });
    }
    drop((listener, stopping));
    connections.shutdown().await;
}

/// Waits until a client has sent enough to tell which version of HTTP it speaks.
async fn begun(stream: &TcpStream) -> io::Result<()> {
    let mut first = [0; HTTP2_PREFACE.len()];
    loop {
        let length = stream.peek(&mut first).await?;
        if length == 0 || length == first.len() || !HTTP2_PREFACE.starts_with(&first[..length]) {
            return Ok(());
        }
        sleep(PREFACE_PAUSE).await;
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Only a matter of delay; without it the answer is the same.
                let _ = stream.set_nodelay(true);
                // Nor is this a matter of answers: who reads nothing of one would keep it for ever.
                #[cfg(target_os = "linux")]
                let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(STALLED_TIMEOUT));
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!("connection could not be taken: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
