use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use billing_core::{PaymentGateway, PaymentStatus, WebhookContent, WebhookEvent, WebhookRequest};
use billing_stripe::StripeGateway;
use billing_testkit::simulators::stripe::{Delivery, DisputeTerms, PayTerms};
use chrono::Utc;

use crate::setup::{Setup, usd};

/// What arrived, as the gateway reads it.
#[derive(Clone, Default)]
struct Endpoint(Arc<Mutex<Vec<WebhookEvent>>>);

impl Endpoint {
    /// Receives the webhooks of this simulator.
    async fn listening_to(setup: &Setup) -> Self {
        let endpoint = Self::default();
        let (inbox, gateway) = (endpoint.clone(), setup.gateway.clone());
        let receive = move |headers, body| receive(inbox, gateway, headers, body);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        setup
            .stripe
            .set_webhook_url(Some(format!("http://{}/webhooks/stripe", listener.local_addr().unwrap())));
        let app = Router::new().route("/webhooks/stripe", post(receive));
        tokio::spawn(async move { axum::serve(listener, app).await });
        endpoint
    }

    /// The events that matter, since the last time.
    fn take(&self) -> Vec<WebhookEvent> {
        let events = std::mem::take(&mut *self.0.lock().unwrap());
        events.into_iter().filter(|event| event.content != WebhookContent::Ignored).collect()
    }
}

async fn receive(
    inbox: Endpoint,
    gateway: StripeGateway,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, StatusCode> {
    let request = WebhookRequest::new(headers, body, Utc::now());
    let event = gateway.parse_webhook(request).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    inbox.0.lock().unwrap().push(event);
    let reply = gateway.acknowledge();
    assert_eq!(&reply.body[..], br#"{"received":true}"#);
    Ok((reply.status, [("content-type", reply.content_type)], reply.body))
}

#[tokio::test]
async fn a_payment_is_heard_from_its_start_to_its_end() {
    let setup = Setup::new().await;
    let endpoint = Endpoint::listening_to(&setup).await;
    let order = setup.order().await;
    setup.stripe.process(&order.intent).await.unwrap();
    setup.stripe.decline(&order.intent, "lost_card").await.unwrap();
    setup.stripe.pay(&order.intent, &PayTerms::new()).await.unwrap();

    let mut heard = Vec::new();
    for event in endpoint.take() {
        let WebhookContent::Payment(snapshot) = event.content else { panic!("{event:?}") };
        assert_eq!(snapshot.payment, order.reference);
        assert_eq!(snapshot.take_backs, None);
        heard.push((
            event.kind,
            snapshot.status,
            snapshot.paid,
            snapshot.failure.map(|failure| failure.code),
        ));
    }
    let kind = |name: &str| format!("payment_intent.{name}");
    assert_eq!(
        heard,
        [
            (kind("processing"), PaymentStatus::Processing, None, None),
            (kind("payment_failed"), PaymentStatus::Pending, None, Some("lost_card".to_owned())),
            (kind("succeeded"), PaymentStatus::Succeeded, Some(usd("25")), None),
        ]
    );
    assert!(setup.stripe.deliveries().iter().all(Delivery::is_acknowledged));
}

#[tokio::test]
async fn a_cancellation_is_heard() {
    let setup = Setup::new().await;
    let endpoint = Endpoint::listening_to(&setup).await;
    let order = setup.order().await;
    setup.gateway.cancel(&order.reference).await.unwrap();
    setup.stripe.wait_for_delivery(|delivery| delivery.kind == "payment_intent.canceled").await;
    let [event] = endpoint.take().try_into().expect("one event");
    let WebhookContent::Payment(snapshot) = event.content else { panic!("{event:?}") };
    assert_eq!((snapshot.status, snapshot.payment), (PaymentStatus::Canceled, order.reference));
}

#[tokio::test]
async fn refunds_and_disputes_say_which_payment_to_ask_for() {
    let setup = Setup::new().await;
    let order = setup.paid_order().await;
    let endpoint = Endpoint::listening_to(&setup).await;
    let refund = setup.stripe.refund(&order.intent, Some(500)).await.unwrap();
    setup.stripe.fail_refund(refund["id"].as_str().unwrap()).await.unwrap();
    let dispute = setup.stripe.open_dispute(&order.intent, &DisputeTerms::new()).await.unwrap();
    setup.stripe.win_dispute(dispute["id"].as_str().unwrap()).await.unwrap();

    let heard = endpoint.take();
    let kinds: Vec<_> = heard.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "refund.created",
            "charge.refunded",
            "refund.updated",
            "refund.failed",
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.funds_reinstated",
            "charge.dispute.closed",
        ]
    );
    for event in heard {
        let WebhookContent::Changed(reference) = event.content else { panic!("{event:?}") };
        assert_eq!(reference.external_id.as_deref(), Some(order.intent.as_str()));
    }
}

#[tokio::test]
async fn an_event_keeps_its_id_when_it_is_sent_again() {
    let setup = Setup::new().await;
    let endpoint = Endpoint::listening_to(&setup).await;
    setup.paid_order().await;
    let [first] = endpoint.take().try_into().expect("one event");
    setup.stripe.redeliver(&first.id).await.unwrap();
    assert_eq!(endpoint.take(), [first]);
}

#[tokio::test]
async fn a_body_that_was_touched_is_refused() {
    let setup = Setup::new().await;
    setup.paid_order().await;
    let body = setup.stripe.events().last().unwrap().to_string();
    let now = Utc::now();
    let signature = setup.stripe.sign(body.as_bytes(), now.timestamp());
    let headers: HeaderMap =
        [("stripe-signature".parse().unwrap(), signature.parse().unwrap())].into_iter().collect();
    let parsed =
        |body: String| setup.gateway.parse_webhook(WebhookRequest::new(headers.clone(), body.into(), now));
    assert!(parsed(body.clone()).await.is_ok());
    assert!(parsed(body.replace("2500", "9500")).await.is_err());
}
