//! A merchant's webhook endpoint that remembers what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::shop::CEILING;

pub(crate) struct Merchant {
    pub(crate) url: String,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    received: watch::Sender<Vec<Webhook>>,
    /// Statuses to answer with, one after the other; 200 when there is none left.
    statuses: Mutex<VecDeque<u16>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) signature: String,
    pub(crate) body: String,
}

impl Merchant {
    pub(crate) async fn open() -> Self {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/stripe", listener.local_addr().unwrap());
        let app = Router::new().route("/webhooks/stripe", post(receive)).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, desk }
    }

    /// Answers the next webhooks with these statuses.
    pub(crate) fn answer_with(&self, statuses: impl IntoIterator<Item = u16>) {
        self.desk.statuses.lock().unwrap().extend(statuses);
    }

    pub(crate) fn received(&self) -> Vec<Webhook> {
        self.desk.received.borrow().clone()
    }

    pub(crate) fn received_types(&self) -> Vec<String> {
        self.received().iter().map(Webhook::kind).collect()
    }

    /// Waits until so many webhooks have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Webhook> {
        let mut received = self.desk.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= count);
        tokio::time::timeout(CEILING, enough).await.expect("webhooks in time").unwrap().clone()
    }
}

impl Webhook {
    pub(crate) fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap().to_owned()
    }

    pub(crate) fn timestamp(&self) -> i64 {
        self.signature.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse().unwrap()
    }
}

async fn receive(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: String) -> StatusCode {
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    desk.received.send_modify(|received| received.push(Webhook { signature, body }));
    let status = desk.statuses.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}
