//! Answers in the order in which they will be asked for.
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, Response},
};
use billing_fondy::FondyGateway;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::setup::{builder, signed};

/// What a call is answered with.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Fields in their envelope.
    Fields(Value),
    /// Anything.
    Raw(u16, &'static [(&'static str, &'static str)], String),
    /// Never.
    Nothing,
}

impl Answer {
    pub(crate) fn signed(fields: Value) -> Self {
        Self::Fields(signed(fields))
    }

    pub(crate) fn page() -> Self {
        let url = "https://pay.fondy.eu/merchants/default/index.html?token=t1";
        Self::Fields(json!({ "response_status": "success", "checkout_url": url, "payment_id": "805243692" }))
    }

    /// A no of Fondy's. The code may be a number or a text.
    pub(crate) fn refused(code: impl Into<Value>) -> Self {
        Self::Fields(json!({
            "response_status": "failure",
            "error_code": code.into(),
            "error_message": "Not today",
            "request_id": "Qd1fX9",
        }))
    }

    /// What something in between says.
    pub(crate) fn html(status: u16) -> Self {
        let body = "<html><body>Access denied by the firewall</body></html>";
        Self::Raw(status, &[("content-type", "text/html")], body.to_owned())
    }

    async fn respond(self) -> Response<Body> {
        let (status, headers, body) = match self {
            Self::Fields(fields) => (
                200,
                &[("content-type", "application/json")] as &[_],
                json!({ "response": fields }).to_string(),
            ),
            Self::Raw(status, headers, body) => (status, headers, body),
            Self::Nothing => std::future::pending().await,
        };
        let response = Response::builder().status(status);
        let response =
            headers.iter().fold(response, |response, (name, value)| response.header(*name, *value));
        response.body(Body::from(body)).unwrap()
    }
}

/// A call as it came in.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    /// What is in the envelope.
    pub(crate) request: Value,
}

/// A server that gives these answers, the last one again and again, and keeps the calls.
pub(crate) struct Canned {
    pub(crate) gateway: FondyGateway,
    pub(crate) base: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Canned {
    pub(crate) async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answers)
    }

    pub(crate) fn on(listener: TcpListener, answers: impl IntoIterator<Item = Answer>) -> Self {
        let base = format!("http://{}/api", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(VecDeque::from_iter(answers)));
        let log = Arc::clone(&calls);
        let app = Router::new().fallback(move |request: Request| async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 1 << 20).await.unwrap();
            let mut body: Value = serde_json::from_slice(&body).unwrap_or_default();
            log.lock().unwrap().push(Call {
                line: format!("{} {}", parts.method, parts.uri),
                headers: parts.headers,
                request: body["request"].take(),
            });
            let answer = {
                let mut answers = answers.lock().unwrap();
                if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
            };
            answer.unwrap().respond().await
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { gateway: builder(&base).build().unwrap(), base, calls }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The paths that were called.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.line.replace("POST /api/", "")).collect()
    }
}

/// A server that hears calls and hangs up, and counts them.
pub(crate) async fn hanging_up() -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/api", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(0));
    let count = Arc::clone(&heard);
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut bytes = [0; 4096];
            if connection.read(&mut bytes).await.unwrap() > 0 {
                *count.lock().unwrap() += 1;
            }
        }
    });
    (base, heard)
}
