//! Answers that a well-behaved Stripe does not give.
use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, Response},
};
use billing_stripe::StripeGateway;

use crate::setup::builder;

/// A server that gives one answer to every call and keeps the calls.
pub(crate) struct Canned {
    pub(crate) gateway: StripeGateway,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// A call as it came in.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) form: String,
}

impl Canned {
    pub(crate) async fn new(status: u16, headers: &'static [(&str, &str)], body: impl Into<String>) -> Self {
        let (body, calls) = (body.into(), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&calls);
        let app = Router::new().fallback(move |request: Request| async move {
            let (parts, form) = request.into_parts();
            let form = to_bytes(form, 1 << 20).await.unwrap();
            log.lock().unwrap().push(Call {
                line: format!("{} {}", parts.method, parts.uri),
                headers: parts.headers,
                form: String::from_utf8(form.to_vec()).unwrap(),
            });
            let response = Response::builder().status(status);
            let response =
                headers.iter().fold(response, |response, (name, value)| response.header(*name, *value));
            response.body(Body::from(body)).unwrap()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { gateway: builder(&base).build().unwrap(), calls }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}
