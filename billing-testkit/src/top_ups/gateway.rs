use std::{
    collections::BTreeMap,
    fmt,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use billing_core::{
    Capabilities, Checkout, CheckoutKind, CreatePayment, Currency, GatewayError, Money, PaymentGateway,
    PaymentId, PaymentRef, PaymentSnapshot, PaymentStatus, Refund, TakeBack, TakeBackKind, WebhookContent,
    WebhookEvent, WebhookReply, WebhookRequest,
};
use bytes::Bytes;
use chrono::DateTime;
use http::{HeaderMap, HeaderValue};
use tokio::sync::oneshot;

/// What a gateway is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// To open an order.
    Create,
    /// How an order stands.
    Status,
    /// To close an order.
    Cancel,
    /// To give money back.
    Refund,
    /// Where a receipt is.
    Receipt,
}

/// What befalls a call.
enum Fault {
    /// It does nothing and answers this.
    Refused(GatewayError),
    /// It is done, and the answer is this.
    Answered(GatewayError),
}

type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A payment provider in memory: its orders stand as they are told to.
///
/// Webhooks are made with [`FakeGateway::webhook`] at any time and delivered at another.
pub struct FakeGateway {
    name: &'static str,
    capabilities: Capabilities,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    orders: BTreeMap<String, PaymentSnapshot>,
    events: Vec<WebhookContent>,
    calls: BTreeMap<Call, u32>,
    faults: Vec<(Call, Fault)>,
    meanwhile: Vec<(Call, Meanwhile)>,
    is_down: bool,
    shows_refunds_later: bool,
    hidden_refunds: Vec<(String, TakeBack)>,
}

impl fmt::Debug for FakeGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeGateway").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Default for FakeGateway {
    /// Takes 1 to 1000 dollars on a page of its own, refunds parts, and tells of disputes.
    fn default() -> Self {
        let usd = |units: i64| Money::from_micros(units * 1_000_000, Currency::USD);
        let hosted = Capabilities::new(CheckoutKind::Hosted, usd(1), usd(1_000));
        Self::new(hosted.with_partial_refunds().with_disputes())
    }
}

impl FakeGateway {
    /// A provider called `fake` that can do this.
    pub fn new(capabilities: Capabilities) -> Self {
        Self { name: "fake", capabilities, state: Mutex::default() }
    }

    /// Takes 0.01 to 1 000 000 hryvnias on a page of its own, refunds parts, and does not tell of disputes.
    pub fn in_hryvnias() -> Self {
        let uah = |kopiikas: i64| Money::from_micros(kopiikas * 10_000, Currency::UAH);
        Self::new(Capabilities::new(CheckoutKind::Hosted, uah(1), uah(100_000_000)).with_partial_refunds())
    }

    /// Another name.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many orders there are.
    pub fn orders(&self) -> usize {
        self.lock().orders.len()
    }

    /// How often it was asked this.
    pub fn calls(&self, call: Call) -> u32 {
        self.lock().calls.get(&call).copied().unwrap_or_default()
    }

    /// The next such call does nothing and answers this error.
    pub fn refuse_next(&self, call: Call, error: GatewayError) {
        self.lock().faults.push((call, Fault::Refused(error)));
    }

    /// The next such call is done, and the answer is this error.
    pub fn answer_next(&self, call: Call, error: GatewayError) {
        self.lock().faults.push((call, Fault::Answered(error)));
    }

    /// The next such call is done, and its answer never comes.
    pub fn lose_next(&self, call: Call) {
        self.answer_next(call, GatewayError::Unavailable("cut off".into()));
    }

    /// What was to befall calls, or to happen meanwhile, does not.
    pub fn forget_faults(&self) {
        let mut state = self.lock();
        state.faults.clear();
        state.meanwhile.clear();
    }

    /// This happens when the next such call has come and nothing was done yet.
    pub fn meanwhile(&self, call: Call, work: impl Future<Output = ()> + Send + 'static) {
        self.lock().meanwhile.push((call, Box::pin(work)));
    }

    /// The next such call never ends; what comes back tells when it has come.
    pub fn hang(&self, call: Call) -> oneshot::Receiver<()> {
        let (come, has_come) = oneshot::channel();
        self.meanwhile(call, async move {
            come.send(()).expect("somebody waits for it");
            std::future::pending::<()>().await;
        });
        has_come
    }

    /// Whether it answers nobody.
    pub fn set_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// Takes refunds on without showing them until [`FakeGateway::show_refunds`].
    pub fn show_refunds_later(&self) {
        self.lock().shows_refunds_later = true;
    }

    /// Shows the refunds that were taken on.
    pub fn show_refunds(&self) {
        let refunds = std::mem::take(&mut self.lock().hidden_refunds);
        for (order, refund) in refunds {
            self.take_back(&order, refund);
        }
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

    /// Somebody gives money back at the provider's console.
    pub fn refund_at_console(&self, order: &str, name: &str, amount: Money) {
        self.take_back(order, TakeBack::new(name, TakeBackKind::Refund, amount));
    }

    /// What was really given back of an order: by us or at the console, shown or not.
    pub fn given_back(&self, order: &str) -> i64 {
        let state = self.lock();
        let hidden = state.hidden_refunds.iter().filter(|(of, _)| of == order).map(|(_, refund)| refund);
        let shown = state.orders[order].take_backs.iter().flatten();
        shown.chain(hidden).map(|refund| refund.net().micros()).sum()
    }

    /// Opens an order that we did not ask for.
    pub fn open(&self, order: &str, payment: PaymentRef) {
        let snapshot = PaymentSnapshot::new(payment, PaymentStatus::Pending).with_take_backs(Vec::new());
        self.lock().orders.insert(order.to_owned(), snapshot);
    }

    /// A webhook that tells how an order stands now; like most, it does not carry refunds and disputes.
    pub fn webhook(&self, order: &str) -> WebhookRequest {
        let mut snapshot = self.lock().orders[order].clone();
        snapshot.take_backs = None;
        self.tell(WebhookContent::Payment(snapshot))
    }

    /// A webhook that tells that something about an order has changed.
    pub fn notice(&self, order: &str) -> WebhookRequest {
        let reference = self.lock().orders[order].payment.clone();
        self.tell(WebhookContent::Changed(reference))
    }

    /// A webhook that says this.
    pub fn tell(&self, content: WebhookContent) -> WebhookRequest {
        let mut state = self.lock();
        state.events.push(content);
        Self::webhook_number(state.events.len() - 1)
    }

    /// The webhook that will be made after the next one: until then nobody can read it.
    pub fn webhook_ahead_of_its_time(&self) -> WebhookRequest {
        Self::webhook_number(self.lock().events.len())
    }

    fn webhook_number(number: usize) -> WebhookRequest {
        let mut headers = HeaderMap::new();
        headers.insert("x-authentic", HeaderValue::from_static("yes"));
        WebhookRequest::new(headers, Bytes::from(number.to_string()), DateTime::UNIX_EPOCH)
    }

    /// Counts a call, lets happen what happens meanwhile, and tells how its answer is to fail.
    async fn begin(&self, call: Call) -> Result<Option<GatewayError>, GatewayError> {
        let (meanwhile, fault, is_down) = {
            let mut state = self.lock();
            *state.calls.entry(call).or_default() += 1;
            let place = state.meanwhile.iter().position(|(of, _)| *of == call);
            let meanwhile = place.map(|place| state.meanwhile.remove(place).1);
            let place = state.faults.iter().position(|(of, _)| *of == call);
            (meanwhile, place.map(|place| state.faults.remove(place).1), state.is_down)
        };
        if let Some(work) = meanwhile {
            work.await;
        }
        match fault {
            _ if is_down => Err(GatewayError::Unavailable("nobody answers".into())),
            Some(Fault::Refused(error)) => Err(error),
            Some(Fault::Answered(error)) => Ok(Some(error)),
            None => Ok(None),
        }
    }

    fn snapshot(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        let order = payment.external_id.as_deref().ok_or(GatewayError::PaymentNotFound)?;
        self.lock().orders.get(order).cloned().ok_or(GatewayError::PaymentNotFound)
    }

    fn give_back(&self, order: &str, request: &Refund) {
        let refund = TakeBack::new(request.id.to_string(), TakeBackKind::Refund, request.amount);
        let mut state = self.lock();
        if state.shows_refunds_later {
            state.hidden_refunds.retain(|(_, known)| known.id != refund.id);
            state.hidden_refunds.push((order.to_owned(), refund));
        } else {
            drop(state);
            self.take_back(order, refund);
        }
    }
}

#[async_trait]
impl PaymentGateway for FakeGateway {
    fn name(&self) -> &'static str {
        self.name
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    async fn create_payment(&self, request: CreatePayment) -> Result<Checkout, GatewayError> {
        let lost = self.begin(Call::Create).await?;
        let order = self.order_of(request.id);
        let reference = PaymentRef::new(Some(request.id), Some(order.clone()));
        let snapshot = PaymentSnapshot::new(reference, PaymentStatus::Pending).with_take_backs(Vec::new());
        self.lock().orders.entry(order.clone()).or_insert(snapshot);
        let checkout = match self.capabilities.checkout {
            CheckoutKind::Hosted => {
                Checkout::Redirect { url: format!("https://pay.example/{order}"), external_id: order }
            }
            _ => Checkout::ClientSecret { client_secret: format!("{order}_secret"), external_id: order },
        };
        lost.map_or(Ok(checkout), Err)
    }

    async fn parse_webhook(&self, request: WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        if !request.headers.contains_key("x-authentic") {
            return Err(GatewayError::NotAuthentic { reason: "it does not say so" });
        }
        let number = std::str::from_utf8(&request.body).ok().and_then(|text| text.parse::<usize>().ok());
        let content = number.and_then(|number| self.lock().events.get(number).cloned());
        let content = content.ok_or_else(|| GatewayError::Protocol("it makes no sense".into()))?;
        let number = number.unwrap_or_default();
        Ok(WebhookEvent::new(format!("event_{number}"), "order", content))
    }

    fn acknowledge(&self) -> WebhookReply {
        WebhookReply::ok("text/plain", "ok")
    }

    async fn payment_status(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        let lost = self.begin(Call::Status).await?;
        lost.map_or_else(|| self.snapshot(payment), Err)
    }

    async fn cancel(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        let lost = self.begin(Call::Cancel).await?;
        let order = payment.external_id.clone().ok_or(GatewayError::PaymentNotFound)?;
        if self.snapshot(payment)?.status == PaymentStatus::Succeeded {
            return Err(GatewayError::Declined { code: "is_paid".to_owned(), message: None });
        }
        self.change(&order, |snapshot| snapshot.status = PaymentStatus::Canceled);
        lost.map_or_else(|| self.snapshot(payment), Err)
    }

    async fn refund(&self, request: Refund) -> Result<PaymentSnapshot, GatewayError> {
        let lost = self.begin(Call::Refund).await?;
        let order = request.payment.external_id.clone().ok_or(GatewayError::PaymentNotFound)?;
        self.give_back(&order, &request);
        lost.map_or_else(|| self.snapshot(&request.payment), Err)
    }

    async fn receipt(&self, payment: &PaymentRef) -> Result<Option<String>, GatewayError> {
        let lost = self.begin(Call::Receipt).await?;
        let order = self.snapshot(payment)?.payment.external_id;
        lost.map_or(Ok(order.map(|order| format!("https://pay.example/receipts/{order}"))), Err)
    }
}
