//! Where callbacks arrive.
use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use billing_core::{GatewayError, PaymentGateway, WebhookEvent, WebhookRequest};
use billing_fondy::FondyGateway;
use chrono::Utc;
use tokio::net::TcpListener;

type Verdict = Result<WebhookEvent, GatewayError>;

/// What arrived, and what the gateway made of it.
#[derive(Clone, Default)]
pub(crate) struct Endpoint(Arc<Mutex<Vec<(WebhookRequest, Verdict)>>>);

impl Endpoint {
    /// Answers as the gateway wants it to.
    pub(crate) fn listen(listener: TcpListener, gateway: FondyGateway) -> Self {
        let endpoint = Self::default();
        let inbox = endpoint.clone();
        let receive = move |headers, body| receive(inbox, gateway, headers, body);
        let app = Router::new().route("/webhooks/fondy", post(receive));
        tokio::spawn(async move { axum::serve(listener, app).await });
        endpoint
    }

    /// The events since the last time. All that arrived were authentic.
    pub(crate) fn take(&self) -> Vec<WebhookEvent> {
        self.take_all().into_iter().map(|(_, verdict)| verdict.unwrap()).collect()
    }

    /// All that arrived since the last time.
    pub(crate) fn take_all(&self) -> Vec<(WebhookRequest, Verdict)> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

async fn receive(
    inbox: Endpoint,
    gateway: FondyGateway,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, StatusCode> {
    let request = WebhookRequest::new(headers, body, Utc::now());
    let verdict = gateway.parse_webhook(request.clone()).await;
    let is_authentic = verdict.is_ok();
    inbox.0.lock().unwrap().push((request, verdict));
    if !is_authentic {
        return Err(StatusCode::BAD_REQUEST);
    }
    let reply = gateway.acknowledge();
    Ok((reply.status, [("content-type", reply.content_type)], reply.body))
}
