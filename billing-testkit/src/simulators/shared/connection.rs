//! Connections that can be cut, which a well-behaved server has no way to do.

use std::io;
use std::net::{Shutdown, TcpStream as Socket};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};

/// How long to wait after a failed accept: too many open files end by themselves.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A second handle to the socket of the request at hand.
#[derive(Debug, Clone)]
pub(crate) struct Connection(Option<Arc<Socket>>);

impl Connection {
    /// Ends the connection in both directions, so that no answer arrives.
    pub(crate) fn cut(&self) {
        if let Some(socket) = &self.0 {
            // Fails only when the other side was faster.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// A listener that keeps a second handle to each socket.
#[derive(Debug)]
pub(crate) struct CuttingListener(pub(super) TcpListener);

impl CuttingListener {
    async fn accept_one(&self) -> io::Result<(TcpStream, Connection)> {
        let (stream, _) = self.0.accept().await?;
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let second = stream.try_clone()?;
        Ok((TcpStream::from_std(stream)?, Connection(Some(Arc::new(second)))))
    }
}

impl Listener for CuttingListener {
    type Io = TcpStream;
    type Addr = Connection;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.accept_one().await {
                Ok(accepted) => return accepted,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Connection(None))
    }
}

impl Connected<IncomingStream<'_, CuttingListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, CuttingListener>) -> Self {
        stream.remote_addr().clone()
    }
}
