//! Tools of these tests' own, on a free port, which keep what they were asked.
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    net::TcpListener,
    sync::mpsc::{self, Receiver, Sender},
    task::AbortHandle,
};

pub(super) type Request = http::Request<Body>;
pub(super) type Response = http::Response<Body>;

/// Tools, until it is dropped.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    serving: AbortHandle,
}

/// The head of a request that has arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Method and address: `POST /api/tools/dear?a=b`.
    pub(super) line: String,
    pub(super) headers: HeaderMap,
}

impl Upstream {
    pub(super) async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Request) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, kept) = (answer.clone(), Arc::clone(&kept));
                let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push(Seen::of(&request));
                    let answering = answer(request.map(Body::new));
                    async move { Ok::<_, Infallible>(answering.await) }
                });
                tokio::spawn(async move {
                    // A connection that breaks is what some of the tests are about.
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { url, seen, serving: serving.abort_handle() }
    }

    /// Everything that has arrived.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lines of what has arrived.
    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    /// The one request that has arrived.
    #[track_caller]
    pub(super) fn only(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }
}

impl Seen {
    fn of<B>(request: &http::Request<B>) -> Self {
        Self { line: format!("{} {}", request.method(), request.uri()), headers: request.headers().clone() }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// An answer in JSON, with headers.
pub(super) fn json(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut response = http::Response::builder().status(status).header("content-type", "application/json");
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

/// The body of an answer that a test gives piece by piece. It can tell when nobody reads it any more.
pub(super) fn piped() -> (Pipe, Body) {
    let (sender, receiver) = mpsc::channel(1);
    (Pipe(sender), Body::new(Piped(receiver)))
}

#[derive(Clone, Debug)]
pub(super) struct Pipe(Sender<Result<Frame<Bytes>, &'static str>>);

impl Pipe {
    pub(super) async fn send(&self, data: &'static str) {
        self.0.send(Ok(Frame::data(Bytes::from_static(data.as_bytes())))).await.unwrap();
    }

    /// Ends the answer with trailers.
    pub(super) async fn send_trailers(&self, trailers: &[(&'static str, &'static str)]) {
        let trailers = trailers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        self.0.send(Ok(Frame::trailers(trailers))).await.unwrap();
    }

    /// Breaks the answer off.
    pub(super) async fn break_off(self) {
        self.0.send(Err("this tool breaks off")).await.unwrap();
    }

    /// Waits until nobody reads it any more.
    pub(super) async fn left(&self) {
        self.0.closed().await;
    }
}

struct Piped(Receiver<Result<Frame<Bytes>, &'static str>>);

impl http_body::Body for Piped {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        self.0.poll_recv(cx)
    }
}
