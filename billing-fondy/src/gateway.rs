use std::time::Duration;

use async_trait::async_trait;
use billing_core::{
    Capabilities, Checkout, CheckoutKind, CreatePayment, GatewayError, Money, PaymentGateway, PaymentRef,
    PaymentSnapshot, Refund, WebhookEvent, WebhookReply, WebhookRequest,
};
use reqwest::Url;
use tokio::time::Instant;

use crate::{
    client::Client,
    error::{FondyError, word},
    fields::Fields,
    order::{Merchant, Order},
    request::{self, Call, Terms},
    signature::SEPARATOR,
    webhook::Webhooks,
};

/// An order id that was used before.
const ORDER_EXISTS: &str = "1013";

/// Ids of orders are no longer.
const MAX_ID_BYTES: usize = 1024;

/// Fondy, hutko or Flitt as a payment gateway. See the [crate page](crate).
#[derive(Clone, Debug)]
pub struct FondyGateway {
    client: Client,
    webhooks: Webhooks,
    settings: Settings,
}

/// What a gateway goes by, apart from its secret.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) merchant: Merchant,
    pub(crate) terms: Terms,
    /// Whether refunds are sent without their ids.
    pub(crate) has_nameless_refunds: bool,
    pub(crate) limits: (Money, Money),
    /// How long an operation may take in all.
    pub(crate) timeout: Duration,
    pub(crate) is_live: bool,
    /// Whether the API, and so its payment pages, may do without TLS.
    pub(crate) is_on_this_machine: bool,
}

/// How far a refund is.
enum Progress {
    Done,
    ToSend,
}

/// When Fondy heard a refund.
enum Heard {
    /// At an earlier call: so the order stands.
    Before(Order),
    /// Just now: so the order stood until then.
    Now(Order),
}

impl FondyGateway {
    pub(crate) fn new(client: Client, webhooks: Webhooks, settings: Settings) -> Self {
        Self { client, webhooks, settings }
    }

    /// Whether real money moves: neither the merchant nor the key is one of those that everybody knows.
    pub fn is_live(&self) -> bool {
        self.settings.is_live
    }

    async fn open(&self, order: CreatePayment) -> Result<Checkout, GatewayError> {
        let minor = minor_units(order.amount).filter(|_| self.capabilities().admits(order.amount));
        let minor = minor.ok_or_else(|| declined("amount_not_taken"))?;
        let external_id = order.id.to_string();
        let request = request::checkout(self.merchant(), &order, minor, &self.settings.terms);
        match self.client.call(Call::Checkout, request).await {
            Ok(answer) => {
                let url = self.page(&answer).ok_or_else(|| useless(Call::Checkout, "it names no page"))?;
                Ok(Checkout::Redirect { external_id, url })
            }
            Err(error) if error.has_code(ORDER_EXISTS) => Err(GatewayError::OrderExists { external_id }),
            Err(error) => Err(error.into()),
        }
    }

    /// The payment page, if it is one that a payer can be sent to.
    fn page(&self, answer: &Fields) -> Option<String> {
        let page = answer.text("checkout_url")?;
        let url = Url::parse(page).ok()?;
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && self.settings.is_on_this_machine);
        is_safe.then(|| page.to_owned())
    }

    async fn order(&self, id: &str) -> Result<Order, FondyError> {
        let answer = self.client.call(Call::Status, request::status(self.merchant(), id)).await?;
        Ok(Order::read(&answer, self.settings.merchant)?)
    }

    async fn status(&self, id: &str) -> Result<PaymentSnapshot, GatewayError> {
        Ok(self.order(id).await?.snapshot())
    }

    async fn give_back(&self, id: &str, refund: &Refund) -> Result<Heard, GatewayError> {
        let minor = minor_units(refund.amount).ok_or_else(|| declined("amount_not_taken"))?;
        let before = self.order(id).await?;
        if let Progress::Done = progress(&before, refund)? {
            return Ok(Heard::Before(before));
        }
        let nameless = self.settings.has_nameless_refunds;
        let request = request::reverse(self.merchant(), id, refund, minor, nameless);
        let answer = self.client.call(Call::Reverse, request).await?;
        // A page of the documentation spells it so.
        match answer.text("reverse_status").or_else(|| answer.text("revers_status")) {
            Some("approved" | "created") => Ok(Heard::Now(before)),
            Some("declined") => {
                let code = answer.text("response_code").and_then(word);
                Err(declined(code.as_deref().unwrap_or("declined")))
            }
            _ => Err(useless(Call::Reverse, "it does not say what became of it")),
        }
    }

    /// When an operation that begins now has to end.
    fn deadline(&self) -> Instant {
        Instant::now() + self.settings.timeout
    }

    fn merchant(&self) -> u64 {
        self.settings.merchant.id
    }
}

#[async_trait]
impl PaymentGateway for FondyGateway {
    fn name(&self) -> &'static str {
        "fondy"
    }

    fn capabilities(&self) -> Capabilities {
        let (min, max) = self.settings.limits;
        Capabilities::new(CheckoutKind::Hosted, min, max).with_partial_refunds()
    }

    async fn create_payment(&self, request: CreatePayment) -> Result<Checkout, GatewayError> {
        in_time(self.deadline(), self.open(request)).await
    }

    async fn parse_webhook(&self, request: WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        self.webhooks.parse(&request)
    }

    fn acknowledge(&self) -> WebhookReply {
        WebhookReply::ok("text/plain", "")
    }

    async fn payment_status(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        in_time(self.deadline(), self.status(&order_id(payment)?)).await
    }

    async fn cancel(&self, _: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        Err(GatewayError::Unsupported { operation: "cancel" })
    }

    async fn refund(&self, request: Refund) -> Result<PaymentSnapshot, GatewayError> {
        let (id, deadline) = (order_id(&request.payment)?, self.deadline());
        let before = match in_time(deadline, self.give_back(&id, &request)).await? {
            Heard::Before(order) => return Ok(order.snapshot()),
            Heard::Now(before) => before,
        };
        // The refund is taken on, whether or not that can be seen yet, or in time.
        let seen = in_time(deadline, self.status(&id)).await;
        Ok(seen.unwrap_or_else(|error| {
            tracing::debug!(
                gateway.name = "fondy",
                error = &error as &dyn std::error::Error,
                "order {id} could not be read after its refund"
            );
            before.snapshot()
        }))
    }
}

/// All calls of an operation, or what is left of them, within its time.
async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, GatewayError>>,
) -> Result<T, GatewayError> {
    let timed = tokio::time::timeout_at(deadline, work).await;
    timed.unwrap_or_else(|elapsed| Err(FondyError::TimedOut(elapsed.into()).into()))
}

/// How far a refund is, by what was taken back of its order since before it was first asked for.
///
/// The total of reversals only grows. With the whole refund in it, ours was heard, or somebody gave as much back at the
/// portal meanwhile; to send it would give the same money back twice. With a part of it in there, ours was not heard,
/// and what to do next is for a person to say.
fn progress(order: &Order, refund: &Refund) -> Result<Progress, GatewayError> {
    let currency = refund.amount.currency();
    if refund.taken_before.currency() != currency || order.currency() != Some(currency) {
        return Err(declined("currency_mismatch"));
    }
    let unknown = FondyError::Unusable { what: "an order without what was taken back of it" };
    let taken = order.reversed.ok_or(unknown)?.micros();
    let before = refund.taken_before.micros();
    let after = before.saturating_add(refund.amount.micros());
    if taken >= after {
        Ok(Progress::Done)
    } else if taken == before {
        Ok(Progress::ToSend)
    } else {
        Err(declined("taken_back_meanwhile"))
    }
}

/// Fondy's id of an order: ours, unless the payment was started by other means.
fn order_id(payment: &PaymentRef) -> Result<String, GatewayError> {
    let id = payment.external_id.clone().or_else(|| payment.id.map(|id| id.to_string()));
    let id = id.filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES && !id.contains(SEPARATOR));
    id.ok_or(GatewayError::PaymentNotFound)
}

/// A positive amount in the unit that Fondy counts in.
fn minor_units(amount: Money) -> Option<i64> {
    amount.to_minor_exact().filter(|minor| *minor > 0)
}

fn useless(call: Call, reason: &'static str) -> GatewayError {
    FondyError::Useless { call, status: 200, reason }.into()
}

fn declined(code: &str) -> GatewayError {
    GatewayError::Declined { code: code.to_owned(), message: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payer_is_sent_to_a_page_with_tls_unless_the_api_is_on_this_machine() {
        let page = |base: &str, url: &str| {
            let gateway = FondyGateway::builder("1234567", "k3Ff0abc").with_api_base(base).build().unwrap();
            let answer = serde_json::json!({ "checkout_url": url }).to_string();
            gateway.page(&Fields::from_json(answer.as_bytes()).ok().unwrap())
        };
        let (fondy, simulator) = ("https://pay.fondy.eu/api", "http://127.0.0.1:8081/api");
        for (url, for_fondy, for_simulator) in [
            ("https://pay.fondy.eu/merchants/1", true, true),
            ("http://pay.fondy.eu/merchants/1", false, true),
            ("javascript:alert(1)", false, false),
            ("//pay.fondy.eu", false, false),
            ("", false, false),
        ] {
            assert_eq!(page(fondy, url), for_fondy.then(|| url.to_owned()), "{url}");
            assert_eq!(page(simulator, url), for_simulator.then(|| url.to_owned()), "{url}");
        }
    }
}
