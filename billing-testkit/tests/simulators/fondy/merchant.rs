//! A merchant's callback endpoint that remembers what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
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
    received: watch::Sender<Vec<Callback>>,
    /// Statuses to answer with, one after the other; 200 when there is none left.
    statuses: Mutex<VecDeque<u16>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Callback {
    pub(crate) content_type: String,
    pub(crate) user_agent: String,
    pub(crate) body: String,
}

impl Merchant {
    pub(crate) async fn open() -> Self {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/fondy", listener.local_addr().unwrap());
        let app = Router::new().route("/webhooks/fondy", post(receive)).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, desk }
    }

    /// Answers the next callbacks with these statuses.
    pub(crate) fn answer_with(&self, statuses: impl IntoIterator<Item = u16>) {
        self.desk.statuses.lock().unwrap().extend(statuses);
    }

    pub(crate) fn received(&self) -> Vec<Callback> {
        self.desk.received.borrow().clone()
    }

    /// The order and its status, for each callback.
    pub(crate) fn told(&self) -> Vec<(String, String)> {
        let text = |field: &Value| field.as_str().unwrap().to_owned();
        let fields = self.received().into_iter().map(|callback| callback.fields());
        fields.map(|fields| (text(&fields["order_id"]), text(&fields["order_status"]))).collect()
    }

    /// Waits until so many callbacks have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Callback> {
        let mut received = self.desk.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= count);
        tokio::time::timeout(CEILING, enough).await.expect("callbacks in time").unwrap().clone()
    }
}

impl Callback {
    pub(crate) fn fields(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn receive(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: String) -> Response {
    let text = |name| headers[name].to_str().unwrap().to_owned();
    let callback =
        Callback { content_type: text(header::CONTENT_TYPE), user_agent: text(header::USER_AGENT), body };
    desk.received.send_modify(|received| received.push(callback));
    let status = desk.statuses.lock().unwrap().pop_front().unwrap_or(200);
    // Where there is a redirect, it leads here again.
    (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, "/webhooks/fondy")]).into_response()
}
