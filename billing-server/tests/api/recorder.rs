//! A road to a provider that keeps what passes on it.
use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    task::AbortHandle,
};

/// Forwards connections, byte by byte, until it is dropped.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) url: String,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
    road: AbortHandle,
}

/// A call that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) idempotency_key: Option<String>,
}

impl Recorder {
    pub(crate) async fn to(target: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::clone(&sent);
        let road = tokio::spawn(async move {
            loop {
                let (caller, _) = listener.accept().await.unwrap();
                let provider = TcpStream::connect(target).await.unwrap();
                let (from_caller, mut to_caller) = caller.into_split();
                let (mut from_provider, to_provider) = provider.into_split();
                tokio::spawn(keep(from_caller, to_provider, Arc::clone(&connections)));
                tokio::spawn(async move { copy(&mut from_provider, &mut to_caller).await });
            }
        });
        Self { url, sent, road: road.abort_handle() }
    }

    /// Every POST so far, connection by connection.
    pub(crate) fn posts(&self) -> Vec<Call> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = sent.iter().map(|bytes| String::from_utf8(bytes.clone()).unwrap());
        texts.flat_map(|text| text.split("POST /").skip(1).map(post).collect::<Vec<_>>()).collect()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.road.abort();
    }
}

/// What a caller sends goes on, and is kept before it does.
async fn keep(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, sent: Arc<Mutex<Vec<Vec<u8>>>>) {
    let place = {
        let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(Vec::new());
        sent.len() - 1
    };
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        sent.lock().unwrap_or_else(PoisonError::into_inner)[place].extend(&bytes[..length]);
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

/// A call, from its path on.
fn post(text: &str) -> Call {
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').next().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let mut keys = headers.filter(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
    Call { path: format!("/{path}"), idempotency_key: keys.next().map(|(_, key)| key.to_owned()) }
}
