use std::time::Duration;

use async_trait::async_trait;
use billing_core::{
    Capabilities, Checkout, CheckoutKind, CreatePayment, GatewayError, Money, PaymentGateway, PaymentRef,
    PaymentSnapshot, PaymentStatus, Refund, WebhookEvent, WebhookReply, WebhookRequest,
};
use reqwest::Url;
use serde::de::DeserializeOwned;
use stripe_client_core::RequestBuilder;

use crate::{
    client::{ATTEMPTS, Client, is_loopback},
    error::StripeError,
    object::{self, ChargedIntent, CreatedIntent, Dispute, Listed, Page, PaymentIntent},
    request, take_back,
    webhook::Webhooks,
};

/// Of one payment; nobody refunds in more than a thousand pieces.
const MAX_PAGES: usize = 10;

/// Stripe as a payment gateway. See the [crate page](crate).
#[derive(Clone, Debug)]
pub struct StripeGateway {
    client: Client,
    webhooks: Webhooks,
    deadline: Duration,
    limits: (Money, Money),
}

impl StripeGateway {
    pub(crate) fn new(client: Client, webhooks: Webhooks, timeout: Duration, limits: (Money, Money)) -> Self {
        Self { client, webhooks, deadline: timeout * ATTEMPTS, limits }
    }

    /// Whether real money moves: the secret key is of the live mode.
    pub fn is_live(&self) -> bool {
        self.webhooks.is_live()
    }

    async fn open(&self, order: CreatePayment) -> Result<Checkout, GatewayError> {
        let minor = minor_units(order.amount).filter(|_| self.capabilities().admits(order.amount));
        let minor = minor.ok_or_else(|| declined("amount_not_taken"))?;
        let id = order.id.to_string();
        let CreatedIntent { id: external_id, client_secret } =
            self.client.call(request::create(order, minor), Some(&id)).await?;
        Ok(Checkout::ClientSecret { external_id, client_secret })
    }

    async fn status(&self, intent: &str) -> Result<PaymentSnapshot, GatewayError> {
        let payment = self.intent(intent).await?;
        let snapshot = payment.snapshot();
        if payment.is_unpaid() {
            return Ok(snapshot.with_take_backs(Vec::new()));
        }
        let (refunds, disputes) = tokio::try_join!(self.refunds(intent), self.disputes(intent))?;
        let refunds = refunds.iter().map(take_back::from_refund);
        let disputes = disputes.iter().map(take_back::from_dispute);
        Ok(snapshot.with_take_backs(refunds.chain(disputes).collect::<Result<_, _>>()?))
    }

    async fn close(&self, intent: &str) -> Result<PaymentSnapshot, GatewayError> {
        // A key of this operation alone: Stripe would keep a refusal under it that may not hold tomorrow, and canceling
        // twice is canceling once.
        let key = format!("cancel-{:032x}", fastrand::u128(..));
        match self.client.call::<PaymentIntent>(request::cancel(intent), Some(&key)).await {
            Ok(payment) => Ok(payment.snapshot()),
            Err(StripeError::Refused(refusal)) if refusal.is_unexpected_state() => {
                let snapshot = self.status(intent).await?;
                let is_done = snapshot.status == PaymentStatus::Canceled;
                if is_done { Ok(snapshot) } else { Err((*refusal).into()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn give_back(&self, intent: &str, refund: &Refund) -> Result<PaymentSnapshot, GatewayError> {
        let minor = minor_units(refund.amount).ok_or_else(|| declined("amount_not_taken"))?;
        let (payment, refunds) = tokio::try_join!(self.intent(intent), self.refunds(intent))?;
        // Stripe takes a bare number and would refund it in the payment's currency.
        if payment.currency() != Some(refund.amount.currency()) {
            return Err(declined("currency_mismatch"));
        }
        // Stripe forgets idempotency keys after a day; the metadata stays.
        if !refunds.iter().any(|known| known.is_ours(refund.id)) {
            let request = request::refund(intent, refund, minor);
            self.client.call::<object::Refund>(request, Some(&refund.id.to_string())).await?;
        }
        self.status(intent).await
    }

    async fn receipt_of(&self, intent: &str) -> Result<Option<String>, GatewayError> {
        let ChargedIntent { latest_charge } =
            self.client.call(request::retrieve_with_charge(intent), None).await?;
        Ok(latest_charge.and_then(|charge| charge.receipt_url).filter(|url| is_for_payers(url)))
    }

    async fn intent(&self, intent: &str) -> Result<PaymentIntent, StripeError> {
        self.client.call(request::retrieve(intent), None).await
    }

    async fn refunds(&self, intent: &str) -> Result<Vec<object::Refund>, StripeError> {
        self.all(|after| request::refunds(intent, after)).await
    }

    async fn disputes(&self, intent: &str) -> Result<Vec<Dispute>, StripeError> {
        self.all(|after| request::disputes(intent, after)).await
    }

    /// A whole list, or an error: half of the truth about money would be wrong.
    async fn all<T: Listed + DeserializeOwned>(
        &self,
        page_after: impl Fn(Option<&str>) -> RequestBuilder,
    ) -> Result<Vec<T>, StripeError> {
        let mut all: Vec<T> = Vec::new();
        for _ in 0..MAX_PAGES {
            let request = page_after(all.last().map(Listed::id));
            let page: Page<T> = self.client.call(request, None).await?;
            all.extend(page.data);
            if !page.has_more {
                return Ok(all);
            }
        }
        Err(StripeError::Unusable { what: "a list that does not end" })
    }

    /// All calls of an operation within its deadline.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        tokio::time::timeout(self.deadline, work)
            .await
            .unwrap_or_else(|elapsed| Err(StripeError::TimedOut(elapsed.into()).into()))
    }
}

#[async_trait]
impl PaymentGateway for StripeGateway {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn capabilities(&self) -> Capabilities {
        let (min, max) = self.limits;
        Capabilities::new(CheckoutKind::Elements, min, max)
            .with_cancel()
            .with_partial_refunds()
            .with_disputes()
            .with_receipts()
    }

    async fn create_payment(&self, request: CreatePayment) -> Result<Checkout, GatewayError> {
        self.in_time(self.open(request)).await
    }

    async fn parse_webhook(&self, request: WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        self.webhooks.parse(&request)
    }

    fn acknowledge(&self) -> WebhookReply {
        WebhookReply::ok("application/json", r#"{"received":true}"#)
    }

    async fn payment_status(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        self.in_time(self.status(intent_id(payment)?)).await
    }

    async fn cancel(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        self.in_time(self.close(intent_id(payment)?)).await
    }

    async fn refund(&self, request: Refund) -> Result<PaymentSnapshot, GatewayError> {
        self.in_time(self.give_back(intent_id(&request.payment)?, &request)).await
    }

    async fn receipt(&self, payment: &PaymentRef) -> Result<Option<String>, GatewayError> {
        self.in_time(self.receipt_of(intent_id(payment)?)).await
    }
}

/// Stripe's id of a payment. It becomes a part of paths, so nothing but an id may pass.
fn intent_id(payment: &PaymentRef) -> Result<&str, GatewayError> {
    let id = payment.external_id.as_deref().unwrap_or_default();
    let rest = id.strip_prefix("pi_").unwrap_or_default();
    let is_id = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_id.then_some(id).ok_or(GatewayError::PaymentNotFound)
}

/// Whether a browser may be sent there: to an encrypted page, or to one of a simulator on this machine.
fn is_for_payers(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

/// A positive amount in the unit that Stripe counts in.
fn minor_units(amount: Money) -> Option<i64> {
    amount.to_minor_exact().filter(|minor| *minor > 0)
}

fn declined(code: &str) -> GatewayError {
    GatewayError::Declined { code: code.to_owned(), message: None }
}
