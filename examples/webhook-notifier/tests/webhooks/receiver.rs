use std::{
    collections::VecDeque,
    future::pending,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use example_webhook_notifier::WebhookNotifier;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;

use crate::SECRET;

/// How a receiver answers the next webhook.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    Status(u16),
    /// It sends the caller on to itself.
    Redirect,
    /// It never answers.
    Silence,
}

/// What came in, once its signature was checked.
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) body: Value,
}

/// A service that is told of events. It takes nothing without a right signature.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    received: Arc<Mutex<Vec<Received>>>,
    pub(crate) url: String,
}

impl Receiver {
    /// One that answers so, and with 204 from then on.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        let receiver = Self { answers, url, ..Self::default() };
        let serving = receiver.clone();
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let receiver = serving.clone();
            async move { receiver.answer(&headers, &body).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn notifier(&self) -> WebhookNotifier {
        WebhookNotifier::new(&self.url, SECRET.parse().unwrap()).unwrap()
    }

    /// What has come in since it was last asked.
    pub(crate) fn received(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    async fn answer(&self, headers: &HeaderMap, body: &Bytes) -> Response {
        if Webhook::new(SECRET).unwrap().verify(body, headers).is_err() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/json");
        self.received.lock().unwrap().push(Received {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap(),
            body: serde_json::from_slice(body).unwrap(),
        });
        let answer = self.answers.lock().unwrap().pop_front();
        match answer.unwrap_or(Answer::Status(204)) {
            Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
            Answer::Redirect => {
                (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, self.url.clone())]).into_response()
            }
            Answer::Silence => pending().await,
        }
    }
}
