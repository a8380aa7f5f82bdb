use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use billing_core::{
    Capabilities, Checkout, CheckoutKind, CreatePayment, Currency, GatewayError, Money, PaymentGateway,
    PaymentId, PaymentRef, PaymentSnapshot, PaymentStatus, Refund, TakeBack, WebhookContent, WebhookEvent,
    WebhookReply, WebhookRequest,
};
use bytes::Bytes;
use chrono::DateTime;
use http::{HeaderMap, HeaderValue};

/// A payment provider in memory: its orders stand as they are told to.
///
/// Webhooks are made with [`FakeGateway::webhook`] at any time and delivered at another.
#[derive(Debug, Default)]
pub struct FakeGateway(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    orders: BTreeMap<String, PaymentSnapshot>,
    events: Vec<WebhookContent>,
    failures: Vec<GatewayError>,
}

impl FakeGateway {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many orders there are.
    pub fn orders(&self) -> usize {
        self.lock().orders.len()
    }

    /// Lets the next order be opened, and the answer be this error.
    pub fn fail_next(&self, error: GatewayError) {
        self.lock().failures.push(error);
    }

    /// The provider's id of the order of a payment.
    pub fn order_of(&self, payment: PaymentId) -> String {
        format!("order_{payment}")
    }

    /// Changes how an order stands.
    pub fn change(&self, order: &str, change: impl FnOnce(&mut PaymentSnapshot)) {
        change(self.lock().orders.get_mut(order).expect("the order was opened"));
    }

    /// Pays an order.
    pub fn pay(&self, order: &str, paid: Money) {
        self.change(order, |snapshot| {
            snapshot.status = PaymentStatus::Succeeded;
            snapshot.paid = Some(paid);
        });
    }

    /// Sets what was taken back of an order.
    pub fn take_back(&self, order: &str, take_back: TakeBack) {
        self.change(order, |snapshot| {
            let all = snapshot.take_backs.get_or_insert_default();
            all.retain(|known| known.id != take_back.id);
            all.push(take_back);
        });
    }

    /// Opens an order that we did not ask for.
    pub fn open(&self, order: &str, payment: PaymentRef) {
        let snapshot = PaymentSnapshot::new(payment, PaymentStatus::Pending).with_take_backs(Vec::new());
        self.lock().orders.insert(order.to_owned(), snapshot);
    }

    /// A webhook that tells how an order stands now; like most, it does not carry refunds and disputes.
    pub fn webhook(&self, order: &str) -> WebhookRequest {
        let mut state = self.lock();
        let mut snapshot = state.orders[order].clone();
        snapshot.take_backs = None;
        Self::deliver(&mut state, WebhookContent::Payment(snapshot))
    }

    /// A webhook that tells that something about an order has changed.
    pub fn notice(&self, order: &str) -> WebhookRequest {
        let mut state = self.lock();
        let reference = state.orders[order].payment.clone();
        Self::deliver(&mut state, WebhookContent::Changed(reference))
    }

    fn deliver(state: &mut State, content: WebhookContent) -> WebhookRequest {
        state.events.push(content);
        let mut headers = HeaderMap::new();
        headers.insert("x-authentic", HeaderValue::from_static("yes"));
        let number = state.events.len() - 1;
        WebhookRequest::new(headers, Bytes::from(number.to_string()), DateTime::UNIX_EPOCH)
    }

    fn snapshot(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        let order = payment.external_id.as_deref().ok_or(GatewayError::PaymentNotFound)?;
        self.lock().orders.get(order).cloned().ok_or(GatewayError::PaymentNotFound)
    }
}

#[async_trait]
impl PaymentGateway for FakeGateway {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn capabilities(&self) -> Capabilities {
        let usd = |units: i64| Money::from_micros(units * 1_000_000, Currency::USD);
        Capabilities::new(CheckoutKind::Hosted, usd(1), usd(1_000)).with_partial_refunds().with_disputes()
    }

    async fn create_payment(&self, request: CreatePayment) -> Result<Checkout, GatewayError> {
        let order = self.order_of(request.id);
        let mut state = self.lock();
        if let Some(GatewayError::Declined { code, message }) = state.failures.last() {
            return Err(GatewayError::Declined { code: code.clone(), message: message.clone() });
        }
        let reference = PaymentRef::new(Some(request.id), Some(order.clone()));
        let snapshot = PaymentSnapshot::new(reference, PaymentStatus::Pending).with_take_backs(Vec::new());
        state.orders.entry(order.clone()).or_insert(snapshot);
        match state.failures.pop() {
            Some(error) => Err(error),
            None => {
                Ok(Checkout::Redirect { url: format!("https://pay.example/{order}"), external_id: order })
            }
        }
    }

    async fn parse_webhook(&self, request: WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        if !request.headers.contains_key("x-authentic") {
            return Err(GatewayError::NotAuthentic { reason: "it does not say so" });
        }
        let number: usize = std::str::from_utf8(&request.body).unwrap().parse().unwrap();
        let content = self.lock().events[number].clone();
        Ok(WebhookEvent::new(format!("event_{number}"), "order", content))
    }

    fn acknowledge(&self) -> WebhookReply {
        WebhookReply::ok("text/plain", "ok")
    }

    async fn payment_status(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        self.snapshot(payment)
    }

    async fn cancel(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        let order = payment.external_id.clone().ok_or(GatewayError::PaymentNotFound)?;
        self.change(&order, |snapshot| snapshot.status = PaymentStatus::Canceled);
        self.snapshot(payment)
    }

    async fn refund(&self, request: Refund) -> Result<PaymentSnapshot, GatewayError> {
        let order = request.payment.external_id.clone().ok_or(GatewayError::PaymentNotFound)?;
        let refund =
            TakeBack::new(request.id.to_string(), billing_core::TakeBackKind::Refund, request.amount);
        self.take_back(&order, refund);
        self.snapshot(&request.payment)
    }
}
