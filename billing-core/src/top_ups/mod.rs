//! Top-ups: from "I want to pay" to money in the ledger.
mod apply;
mod error;

use std::{collections::BTreeMap, sync::Arc};

pub use error::TopUpError;

use crate::{
    AccountId, Capabilities, Checkout, Clock, CreatePayment, Currency, GatewayError, Ledger, Money,
    Observation, Outbox, Payment, PaymentGateway, PaymentId, PaymentStatus, PaymentStore, WebhookContent,
    WebhookReply, WebhookRequest,
};

/// Drives payments from any gateway into the ledger.
///
/// A gateway's word reaches the ledger by one road, as a state and never as a change: a webhook
/// ([`receive`](TopUps::receive)) and a question to the provider ([`sync`](TopUps::sync)) take it in any order, any
/// number of times, and end in the same place.
///
/// # Cancel safety
/// Dropping a future of any method may leave a step done and the next not; asking again finishes the rest.
#[derive(Clone, Debug)]
pub struct TopUps {
    currency: Currency,
    ledger: Arc<dyn Ledger>,
    payments: Arc<dyn PaymentStore>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    gateways: BTreeMap<&'static str, Arc<dyn PaymentGateway>>,
}

/// A top-up to start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StartTopUp {
    /// Names the payment; the idempotency key.
    pub id: PaymentId,
    /// Who is credited.
    pub account: AccountId,
    /// Through which gateway.
    pub gateway: String,
    /// What is to be paid.
    pub amount: Money,
    /// What the payer reads.
    pub description: String,
    /// Where the browser goes afterwards.
    pub return_url: Option<String>,
}

impl StartTopUp {
    /// A top-up of `amount` through `gateway`.
    pub fn new(
        id: PaymentId,
        account: AccountId,
        gateway: impl Into<String>,
        amount: Money,
        description: impl Into<String>,
    ) -> Self {
        Self {
            id,
            account,
            gateway: gateway.into(),
            amount,
            description: description.into(),
            return_url: None,
        }
    }

    /// Where the browser goes afterwards.
    #[must_use]
    pub fn with_return_url(mut self, url: impl Into<String>) -> Self {
        self.return_url = Some(url.into());
        self
    }
}

/// A top-up that waits to be paid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Started {
    /// The payment.
    pub payment: Payment,
    /// How to pay it.
    pub checkout: Checkout,
}

/// What became of a webhook.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The provider's id of the event.
    pub event: String,
    /// The provider's word for what happened.
    pub kind: String,
    /// What it did here.
    pub applied: Applied,
    /// What the provider wants to hear.
    pub reply: WebhookReply,
}

/// What a gateway's word did here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// It was about this payment, which stands so now.
    Payment(Box<Payment>),
    /// It was about a payment that was not started here.
    Unmatched,
    /// It was about nothing that matters.
    Ignored,
}

impl TopUps {
    /// No gateways yet; payments are credited in `currency`, the ledger's.
    pub fn new(
        currency: Currency,
        ledger: Arc<dyn Ledger>,
        payments: Arc<dyn PaymentStore>,
        outbox: Arc<dyn Outbox>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { currency, ledger, payments, outbox, clock, gateways: BTreeMap::new() }
    }

    /// Takes payments through `gateway` too.
    #[must_use]
    pub fn with_gateway(mut self, gateway: Arc<dyn PaymentGateway>) -> Self {
        self.gateways.insert(gateway.name(), gateway);
        self
    }

    /// The gateways and what they can do, by name.
    pub fn gateways(&self) -> impl Iterator<Item = (&'static str, Capabilities)> {
        self.gateways.iter().map(|(name, gateway)| (*name, gateway.capabilities()))
    }

    /// Whether a payment of `amount` through a gateway can be started.
    ///
    /// # Errors
    /// [`TopUpError::UnknownGateway`] or [`TopUpError::AmountNotTaken`].
    pub fn check(&self, gateway: &str, amount: Money) -> Result<(), TopUpError> {
        self.admitting(gateway, amount).map(drop)
    }

    /// Opens a payment and says how to pay it. A repeat with the same id answers the same payment.
    ///
    /// The row is stored before the provider is asked, so that no order can exist that nobody knows of.
    ///
    /// # Errors
    /// [`TopUpError::UnknownGateway`], [`TopUpError::AmountNotTaken`], or what the gateway or store say. After
    /// [`GatewayError::Declined`] the payment has failed; after a retryable error it is open, to be asked for again
    /// with the same id.
    pub async fn start(&self, request: StartTopUp) -> Result<Started, TopUpError> {
        let gateway = self.admitting(&request.gateway, request.amount)?;
        let now = self.clock.now();
        let StartTopUp { id, account, amount, description, return_url, .. } = request;
        let payment = Payment::new(id, account.clone(), gateway.name(), amount, amount, now);
        self.payments.insert(&payment).await?;

        let mut order = CreatePayment::new(id, account, amount, description);
        order.return_url = return_url;
        match gateway.create_payment(order).await {
            Ok(checkout) => {
                let payment = self.payments.attach(id, checkout.external_id(), self.clock.now()).await?;
                Ok(Started { payment, checkout })
            }
            Err(error) => {
                if let GatewayError::Declined { code, message } = &error {
                    let failure = crate::Failure::new(code, message.clone());
                    let failed = Observation::new(PaymentStatus::Failed).with_failure(Some(failure));
                    self.payments.record(id, &failed, self.clock.now()).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Takes a webhook.
    ///
    /// # Errors
    /// [`TopUpError::UnknownGateway`]; [`GatewayError::NotAuthentic`] with nothing changed. Any other error is a
    /// fault of ours: the provider has to send it again.
    pub async fn receive(&self, gateway: &str, request: WebhookRequest) -> Result<Received, TopUpError> {
        let gateway = self.gateway(gateway)?;
        let event = gateway.parse_webhook(request).await?;
        let applied = match event.content {
            WebhookContent::Payment(snapshot) => self.apply(&**gateway, &snapshot).await?,
            WebhookContent::Changed(reference) => match self.find(gateway.name(), &reference).await? {
                Some(payment) => {
                    let snapshot = gateway.payment_status(&payment.reference()).await?;
                    self.apply(&**gateway, &snapshot).await?
                }
                None => Applied::Unmatched,
            },
            WebhookContent::Ignored => Applied::Ignored,
        };
        Ok(Received { event: event.id, kind: event.kind, applied, reply: gateway.acknowledge() })
    }

    /// Asks the provider how a payment stands, and takes it over.
    ///
    /// # Errors
    /// [`TopUpError::UnknownPayment`], or what the gateway, ledger or store say.
    pub async fn sync(&self, id: PaymentId) -> Result<Payment, TopUpError> {
        let payment = self.payments.get(id).await?.ok_or(TopUpError::UnknownPayment { id })?;
        if payment.external_id.is_none() {
            return Ok(payment);
        }
        let gateway = self.gateway(&payment.gateway)?;
        let snapshot = gateway.payment_status(&payment.reference()).await?;
        match self.apply(&**gateway, &snapshot).await? {
            Applied::Payment(payment) => Ok(*payment),
            Applied::Unmatched | Applied::Ignored => Err(TopUpError::UnknownPayment { id }),
        }
    }

    fn admitting(&self, gateway: &str, amount: Money) -> Result<&Arc<dyn PaymentGateway>, TopUpError> {
        let gateway = self.gateway(gateway)?;
        let capabilities = gateway.capabilities();
        if capabilities.admits(amount) && amount.currency() == self.currency {
            Ok(gateway)
        } else {
            Err(TopUpError::AmountNotTaken { min: capabilities.min, max: capabilities.max })
        }
    }

    fn gateway(&self, name: &str) -> Result<&Arc<dyn PaymentGateway>, TopUpError> {
        self.gateways.get(name).ok_or_else(|| TopUpError::UnknownGateway { name: name.to_owned() })
    }
}
