//! Top-ups: from "I want to pay" to money in the ledger, and back.
mod apply;
mod error;
mod operator;
mod receive;
mod reconcile;
mod refund;
mod start;
mod stores;

use std::{collections::BTreeMap, sync::Arc};

pub use error::TopUpError;
pub use operator::{Acceptance, EnteredDispute};
pub use receive::{Applied, Received};
pub use reconcile::{PaymentNews, Reconciled};
pub use refund::NewRefund;
pub use start::{StartTopUp, Started};
pub use stores::Stores;

use crate::{
    AccountId, BillingEvent, Capabilities, Clock, Currency, ExchangeRates, GatewayError, Message, Money,
    Payment, PaymentGateway, PaymentId, PaymentRef, PaymentStatus, QuoteTerms,
};

/// Providers' ids of orders are no longer.
const LONGEST_EXTERNAL_ID_BYTES: usize = 255;

/// Drives payments from any gateway into the ledger.
///
/// A gateway's word reaches the ledger by one road, as a state and never as a change: a webhook
/// ([`receive`](TopUps::receive)), a question to the provider ([`sync`](TopUps::sync)) and the regular look at all
/// payments ([`reconcile`](TopUps::reconcile)) take it in any order, any number of times, and end in the same place.
///
/// # Cancel safety
/// Dropping a future of any method may leave a step done and the next not; asking again finishes the rest.
#[derive(Clone, Debug)]
pub struct TopUps {
    currency: Currency,
    stores: Stores,
    clock: Arc<dyn Clock>,
    gateways: BTreeMap<&'static str, Arc<dyn PaymentGateway>>,
    rates: Option<Arc<dyn ExchangeRates>>,
    terms: QuoteTerms,
    description: String,
    return_url: Option<String>,
    only_stores_webhooks: bool,
}

impl TopUps {
    /// No gateways yet; payments are credited in `currency`, the ledger's.
    pub fn new(currency: Currency, stores: Stores, clock: Arc<dyn Clock>) -> Self {
        Self {
            currency,
            stores,
            clock,
            gateways: BTreeMap::new(),
            rates: None,
            terms: QuoteTerms::default(),
            description: "Balance top-up".to_owned(),
            return_url: None,
            only_stores_webhooks: false,
        }
    }

    /// Takes payments through `gateway` too.
    #[must_use]
    pub fn with_gateway(mut self, gateway: Arc<dyn PaymentGateway>) -> Self {
        self.gateways.insert(gateway.name(), gateway);
        self
    }

    /// Takes payments in other currencies, at these rates.
    #[must_use]
    pub fn with_rates(mut self, rates: Arc<dyn ExchangeRates>, terms: QuoteTerms) -> Self {
        (self.rates, self.terms) = (Some(rates), terms);
        self
    }

    /// What the payer reads at the provider.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Where the browser goes after paying; `{gateway}` and `{payment}` in it stand for the gateway's name and our id.
    #[must_use]
    pub fn with_return_url(mut self, template: impl Into<String>) -> Self {
        self.return_url = Some(template.into());
        self
    }

    /// Verifies and stores webhooks and does nothing else with them until they are
    /// [replayed](TopUps::replay_webhook): for the time of a repair. Whoever asks a provider how a payment stands is
    /// told, and the payment credited, all the same.
    #[must_use]
    pub fn only_storing_webhooks(mut self) -> Self {
        self.only_stores_webhooks = true;
        self
    }

    /// The gateways and what they can do, by name.
    pub fn gateways(&self) -> impl Iterator<Item = (&'static str, Capabilities)> {
        self.gateways.iter().map(|(name, gateway)| (*name, gateway.capabilities()))
    }

    /// What everything is kept in.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// The address of the provider's receipt for a payment, for its payer; `None` where there is none.
    ///
    /// # Errors
    /// [`TopUpError::UnknownPayment`], or what the gateway or store say.
    pub async fn receipt(&self, id: PaymentId) -> Result<Option<String>, TopUpError> {
        let payment = self.payment(id).await?;
        if !self.has_receipt(&payment) {
            return Ok(None);
        }
        match self.gateway(&payment.gateway)?.receipt(&payment.reference()).await {
            Err(GatewayError::PaymentNotFound) => Ok(None),
            told => Ok(told?),
        }
    }

    /// Whether the provider may have a receipt for a payment.
    pub fn has_receipt(&self, payment: &Payment) -> bool {
        let is_paid = payment.status == PaymentStatus::Succeeded && payment.external_id.is_some();
        let gateway = self.gateways.get(payment.gateway.as_str());
        is_paid && gateway.is_some_and(|gateway| gateway.capabilities().issues_receipts)
    }

    /// Asks the provider how a payment stands, and takes it over.
    ///
    /// # Errors
    /// [`TopUpError::UnknownPayment`], or what the gateway, ledger or store say.
    pub async fn sync(&self, id: PaymentId) -> Result<Payment, TopUpError> {
        let payment = self.payment(id).await?;
        if payment.external_id.is_none() {
            return Ok(payment);
        }
        self.ask(&payment).await
    }

    /// Asks the provider of a payment that it knows.
    async fn ask(&self, payment: &Payment) -> Result<Payment, TopUpError> {
        let gateway = self.gateway(&payment.gateway)?;
        let snapshot = gateway.payment_status(&payment.reference()).await?;
        self.take_over(&**gateway, payment.id, &snapshot).await
    }

    /// Applies a snapshot of a payment of ours.
    async fn take_over(
        &self,
        gateway: &dyn PaymentGateway,
        id: PaymentId,
        snapshot: &crate::PaymentSnapshot,
    ) -> Result<Payment, TopUpError> {
        match self.apply(gateway, snapshot).await? {
            Applied::Payment(payment) if payment.id == id => Ok(*payment),
            _ => Err(TopUpError::UnknownPayment { id }),
        }
    }

    async fn payment(&self, id: PaymentId) -> Result<Payment, TopUpError> {
        self.stores.payments.get(id).await?.ok_or(TopUpError::UnknownPayment { id })
    }

    /// The payment that a gateway's word is about. Our id counts only beside the provider's order that it names.
    async fn find(&self, gateway: &str, reference: &PaymentRef) -> Result<Option<Payment>, TopUpError> {
        let payments = &self.stores.payments;
        // No storage has to take these, and PostgreSQL does not.
        if !reference.external_id.as_deref().is_none_or(is_name) {
            return Ok(None);
        }
        if let Some(external_id) = &reference.external_id
            && let Some(payment) = payments.find(gateway, external_id).await?
        {
            return Ok(Some(payment));
        }
        let Some(id) = reference.id else { return Ok(None) };
        let Some(payment) = payments.get(id).await? else { return Ok(None) };
        if payment.gateway != gateway {
            return Ok(None);
        }
        match &reference.external_id {
            // The answer to create_payment was lost: this is how we learn of the order.
            Some(external_id) if payment.external_id.is_none() => {
                Ok(Some(payments.attach(id, external_id, None, self.clock.now()).await?))
            }
            known if *known == payment.external_id => Ok(Some(payment)),
            _ => Ok(None),
        }
    }

    fn admitting(&self, gateway: &str, amount: Money) -> Result<&Arc<dyn PaymentGateway>, TopUpError> {
        let gateway = self.gateway(gateway)?;
        let capabilities = gateway.capabilities();
        if capabilities.admits(amount) {
            Ok(gateway)
        } else {
            Err(TopUpError::AmountNotTaken { min: capabilities.min, max: capabilities.max })
        }
    }

    fn gateway(&self, name: &str) -> Result<&Arc<dyn PaymentGateway>, TopUpError> {
        self.gateways.get(name).ok_or_else(|| TopUpError::UnknownGateway { name: name.to_owned() })
    }

    /// Puts a message about a payment into the outbox; `true` the first time.
    async fn enqueue(
        &self,
        payment: &Payment,
        outcome: &str,
        event: BillingEvent,
    ) -> Result<bool, TopUpError> {
        let key = format!("payment/{}/{outcome}", payment.id);
        self.tell(key, payment.account.clone(), event).await
    }

    /// Puts a message into the outbox; `true` the first time.
    async fn tell(
        &self,
        key: String,
        account: impl Into<Option<AccountId>>,
        event: BillingEvent,
    ) -> Result<bool, TopUpError> {
        let message = Message::new(key, account, event, self.clock.now());
        Ok(self.stores.outbox.enqueue(&message).await?)
    }
}

/// Whether an order may be called so.
fn is_name(external_id: &str) -> bool {
    external_id.len() <= LONGEST_EXTERNAL_ID_BYTES && !external_id.contains(char::is_control)
}
