//! Starting a payment: the quote, the row, then the provider's order.
use chrono::TimeDelta;

use super::{TopUpError, TopUps};
use crate::{
    AccountId, Checkout, CreatePayment, Failure, GatewayError, Language, Money, Observation, Opening,
    Payment, PaymentGateway, PaymentId, PaymentStatus, Quote, QuoteId, StoreError, rules,
};

/// How long somebody who opens an order has it to himself; a gateway that takes longer may be asked twice at once.
pub(super) const OPENING_TIME: TimeDelta = TimeDelta::seconds(40);

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
    /// The quote that says what is credited; else one is made, where the currency is not the ledger's.
    pub quote: Option<QuoteId>,
    /// The language of the provider's page, where it has one.
    pub language: Option<Language>,
}

impl StartTopUp {
    /// A top-up of `amount` through `gateway`.
    pub fn new(id: PaymentId, account: AccountId, gateway: impl Into<String>, amount: Money) -> Self {
        Self { id, account, gateway: gateway.into(), amount, quote: None, language: None }
    }

    /// At the rate of this quote.
    #[must_use]
    pub fn with_quote(mut self, quote: QuoteId) -> Self {
        self.quote = Some(quote);
        self
    }

    /// With the provider's page in this language.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = Some(language);
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

impl TopUps {
    /// Whether a payment of `amount` through a gateway can be started.
    ///
    /// # Errors
    /// [`TopUpError::UnknownGateway`] or [`TopUpError::AmountNotTaken`].
    pub fn check(&self, gateway: &str, amount: Money) -> Result<(), TopUpError> {
        self.admitting(gateway, amount).map(drop)
    }

    /// Says what a payment of `amount` will be credited, and keeps that word for a while.
    ///
    /// # Errors
    /// [`TopUpError::Rates`] when there is no rate, or none that is fresh: nothing is guessed.
    pub async fn quote(&self, account: AccountId, amount: Money) -> Result<Quote, TopUpError> {
        let no_rate = crate::RatesError::NoRate { from: self.currency, to: amount.currency() };
        let Some(rates) = &self.rates else { return Err(no_rate.into()) };
        let market = rates.rate(self.currency, amount.currency()).await?;
        let quote = Quote::new(account, amount, &market, self.terms, self.clock.now()).ok_or(no_rate)?;
        self.stores.quotes.insert_quote(&quote).await?;
        Ok(quote)
    }

    /// Opens a payment and says how to pay it. A repeat with the same id answers the same payment, at the rate that it
    /// was first started with.
    ///
    /// The row is stored before the provider is asked, so that no order can exist that nobody knows of.
    ///
    /// # Errors
    /// [`TopUpError::UnknownGateway`], [`TopUpError::AmountNotTaken`], those of the quote, or what the gateway or store
    /// say. [`TopUpError::Starting`] while another call starts the same payment. After [`GatewayError::Declined`] the
    /// payment has failed; after a retryable error it is open, to be asked for again with the same id; after
    /// [`GatewayError::OrderExists`] another payment has to be started, and this one is still credited if it is paid.
    pub async fn start(&self, request: StartTopUp) -> Result<Started, TopUpError> {
        let gateway = self.admitting(&request.gateway, request.amount)?;
        // What the ledger could not be credited under must not be paid.
        rules::check_id(request.id.as_uuid(), self.clock.now())?;
        let id = self.stored(&request).await?.id;
        let now = self.clock.now();
        match self.stores.payments.begin_opening(id, now, now + OPENING_TIME).await? {
            Opening::Begun(payment) => self.open(&**gateway, &payment, request.language).await,
            Opening::Opened(payment, checkout) => Ok(Started { payment, checkout }),
            Opening::Busy => Err(TopUpError::Starting { id }),
        }
    }

    /// The payment's row: the one that is there, or a new one with its credit settled.
    async fn stored(&self, request: &StartTopUp) -> Result<Payment, TopUpError> {
        let StartTopUp { id, account, gateway, amount, .. } = request;
        let now = self.clock.now();
        let payment = Payment::new(*id, account.clone(), gateway, *amount, *amount, now);
        match self.stores.payments.get(*id).await? {
            Some(known) if known.is_same_request(&payment) => return Ok(known),
            Some(_) => return Err(StoreError::IdReused { id: *id }.into()),
            None => {}
        }
        let payment = if amount.currency() == self.currency {
            payment
        } else {
            payment.with_quote(&self.quote_for(request).await?)
        };
        Ok(self.stores.payments.insert(&payment).await?)
    }

    async fn quote_for(&self, request: &StartTopUp) -> Result<Quote, TopUpError> {
        let Some(id) = request.quote else {
            return self.quote(request.account.clone(), request.amount).await;
        };
        let quote = self.stores.quotes.quote(id).await?;
        let quote = quote.filter(|quote| quote.account == request.account);
        let quote = quote.ok_or(TopUpError::QuoteNotFound { id })?;
        if quote.amount != request.amount {
            return Err(TopUpError::QuoteOfOtherAmount { id, quoted: quote.amount });
        }
        if quote.valid_until <= self.clock.now() {
            return Err(TopUpError::QuoteExpired { id });
        }
        Ok(quote)
    }

    /// Opens the order of a payment whose opening was begun.
    pub(super) async fn open(
        &self,
        gateway: &dyn PaymentGateway,
        payment: &Payment,
        language: Option<Language>,
    ) -> Result<Started, TopUpError> {
        let mut order =
            CreatePayment::new(payment.id, payment.account.clone(), payment.amount, self.description.clone());
        order.language = language;
        order.return_url = self.return_url.as_ref().map(|template| {
            template.replace("{gateway}", &payment.gateway).replace("{payment}", &payment.id.to_string())
        });
        match gateway.create_payment(order).await {
            Ok(checkout) => {
                let url = match &checkout {
                    Checkout::Redirect { url, .. } => Some(url.as_str()),
                    Checkout::ClientSecret { .. } => None,
                };
                let (id, external_id) = (payment.id, checkout.external_id());
                let payment = self.stores.payments.attach(id, external_id, url, self.clock.now()).await?;
                Ok(Started { payment, checkout })
            }
            Err(error) => {
                self.not_opened(payment.id, &error).await?;
                Err(error.into())
            }
        }
    }

    async fn not_opened(&self, id: PaymentId, error: &GatewayError) -> Result<(), TopUpError> {
        let payments = &self.stores.payments;
        match error {
            GatewayError::Declined { code, message } => {
                let failure = Failure::new(code, message.clone());
                let failed = Observation::new(PaymentStatus::Failed).with_failure(Some(failure));
                payments.record(id, &failed, self.clock.now()).await?;
            }
            GatewayError::OrderExists { external_id } => {
                payments.attach(id, external_id, None, self.clock.now()).await?;
            }
            _ => {}
        }
        Ok(payments.end_opening(id).await?)
    }
}
