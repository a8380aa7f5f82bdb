//! Payment gateways: adapters to payment providers.
mod error;
mod snapshot;
mod webhook;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
pub use error::GatewayError;
pub use snapshot::{Failure, PaymentRef, PaymentSnapshot, PaymentStatus, TakeBack, TakeBackKind};
pub use webhook::{WebhookContent, WebhookEvent, WebhookReply, WebhookRequest};

use crate::{AccountId, Currency, Language, Money, PaymentId, RefundId};

/// A payment provider.
///
/// # Cancel safety
/// A call whose future is dropped may have reached the provider. Ask again with the same id.
///
/// # Implementing
/// - Send our payment id with the order, and use it as the provider's idempotency key where there is one: a repeat
///   of [`create_payment`](PaymentGateway::create_payment) must not make a second order.
/// - Verify a webhook before reading it, on the raw bytes, in constant time.
/// - What an answer does not carry is unknown, never zero: leave it `None`. Provider statuses that you do not know are
///   [`PaymentStatus::Pending`].
/// - Minor units exist only in here; refuse amounts that do not divide exactly.
/// - The gateway suite of `billing-testkit` has to pass.
#[async_trait]
pub trait PaymentGateway: fmt::Debug + Send + Sync + 'static {
    /// The name in webhook paths, records and metrics, such as `stripe`.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Opens an order for a payment and says how to pay it.
    ///
    /// # Errors
    /// [`GatewayError`]; [`GatewayError::OrderExists`] when an earlier call with the same id opened the order and the
    /// provider does not tell again how to pay it.
    async fn create_payment(&self, request: CreatePayment) -> Result<Checkout, GatewayError>;

    /// Verifies a webhook, then reads it: the only way to an event.
    ///
    /// # Errors
    /// [`GatewayError::NotAuthentic`], or [`GatewayError::Protocol`] for an authentic body that can't be read.
    async fn parse_webhook(&self, request: WebhookRequest) -> Result<WebhookEvent, GatewayError>;

    /// What the provider wants to hear for a webhook that we took.
    fn acknowledge(&self) -> WebhookReply;

    /// Asks how a payment stands, with all that was taken back of it.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn payment_status(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError>;

    /// Closes a payment that is not paid.
    ///
    /// # Errors
    /// [`GatewayError`]; refused when it is paid or can't be closed any more.
    async fn cancel(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError>;

    /// Gives money back and tells how the payment stands then. A repeat with the same id gives it back once.
    ///
    /// An answer means that the provider has taken the refund on, which its take-backs may show only later.
    ///
    /// # Errors
    /// [`GatewayError::Declined`] when it will not be done; [`GatewayError::Unavailable`] when nobody knows yet.
    async fn refund(&self, request: Refund) -> Result<PaymentSnapshot, GatewayError>;

    /// The address of the provider's receipt for a payment that has succeeded, for its payer; `None` where there is none.
    ///
    /// It is asked for when somebody wants to see it: providers change receipts, and their addresses run out.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn receipt(&self, _payment: &PaymentRef) -> Result<Option<String>, GatewayError> {
        Ok(None)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<G: PaymentGateway + ?Sized> PaymentGateway for Arc<G> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }
    async fn create_payment(&self, request: CreatePayment) -> Result<Checkout, GatewayError> {
        (**self).create_payment(request).await
    }
    async fn parse_webhook(&self, request: WebhookRequest) -> Result<WebhookEvent, GatewayError> {
        (**self).parse_webhook(request).await
    }
    fn acknowledge(&self) -> WebhookReply {
        (**self).acknowledge()
    }
    async fn payment_status(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        (**self).payment_status(payment).await
    }
    async fn cancel(&self, payment: &PaymentRef) -> Result<PaymentSnapshot, GatewayError> {
        (**self).cancel(payment).await
    }
    async fn refund(&self, request: Refund) -> Result<PaymentSnapshot, GatewayError> {
        (**self).refund(request).await
    }
    async fn receipt(&self, payment: &PaymentRef) -> Result<Option<String>, GatewayError> {
        (**self).receipt(payment).await
    }
}

/// What a gateway can do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is there or not, whatever the others are")]
pub struct Capabilities {
    /// How a payer pays.
    pub checkout: CheckoutKind,
    /// The least that can be paid, in the currency it takes.
    pub min: Money,
    /// The most that can be paid at once.
    pub max: Money,
    /// Whether an unpaid payment can be closed.
    pub cancels: bool,
    /// Whether a part of a payment can be given back.
    pub refunds_partially: bool,
    /// Whether it tells of disputes.
    pub sees_disputes: bool,
    /// Whether it has receipts for payers.
    pub issues_receipts: bool,
}

impl Capabilities {
    /// Payments from `min` to `max`, and nothing more.
    pub fn new(checkout: CheckoutKind, min: Money, max: Money) -> Self {
        Self {
            checkout,
            min,
            max,
            cancels: false,
            refunds_partially: false,
            sees_disputes: false,
            issues_receipts: false,
        }
    }

    /// It closes unpaid payments.
    #[must_use]
    pub fn with_cancel(mut self) -> Self {
        self.cancels = true;
        self
    }

    /// It gives back parts of payments.
    #[must_use]
    pub fn with_partial_refunds(mut self) -> Self {
        self.refunds_partially = true;
        self
    }

    /// It tells of disputes.
    #[must_use]
    pub fn with_disputes(mut self) -> Self {
        self.sees_disputes = true;
        self
    }

    /// It has receipts for payers.
    #[must_use]
    pub fn with_receipts(mut self) -> Self {
        self.issues_receipts = true;
        self
    }

    /// The currency it takes.
    pub fn currency(&self) -> Currency {
        self.min.currency()
    }

    /// Whether it takes this amount.
    pub fn admits(&self, amount: Money) -> bool {
        amount.currency() == self.currency()
            && (self.min.micros()..=self.max.micros()).contains(&amount.micros())
    }
}

/// How a payer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckoutKind {
    /// In elements of the provider within our own page, with a client secret.
    Elements,
    /// On a page of the provider.
    Hosted,
}

impl CheckoutKind {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Elements => "elements",
            Self::Hosted => "hosted",
        }
    }
}

/// An order to open.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreatePayment {
    /// Our id; the gateway carries it and gives it back.
    pub id: PaymentId,
    /// Who is credited.
    pub account: AccountId,
    /// What is to be paid.
    pub amount: Money,
    /// What the payer reads.
    pub description: String,
    /// Where the browser goes afterwards.
    pub return_url: Option<String>,
    /// The language of the provider's page, where it has one; else as the gateway is configured.
    pub language: Option<Language>,
}

impl CreatePayment {
    /// An order of `amount`.
    pub fn new(id: PaymentId, account: AccountId, amount: Money, description: impl Into<String>) -> Self {
        Self { id, account, amount, description: description.into(), return_url: None, language: None }
    }

    /// Where the browser goes afterwards.
    #[must_use]
    pub fn with_return_url(mut self, url: impl Into<String>) -> Self {
        self.return_url = Some(url.into());
        self
    }

    /// The language of the provider's page.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }
}

/// An open order: how to pay it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Checkout {
    /// Send the payer to a page of the provider.
    Redirect {
        /// The provider's id of the order.
        external_id: String,
        /// The page.
        url: String,
    },
    /// Let the payer pay within our page.
    ClientSecret {
        /// The provider's id of the order.
        external_id: String,
        /// Lets its holder pay; it goes to that one payer and nowhere else.
        client_secret: String,
    },
}

impl Checkout {
    /// The provider's id of the order.
    pub fn external_id(&self) -> &str {
        match self {
            Self::Redirect { external_id, .. } | Self::ClientSecret { external_id, .. } => external_id,
        }
    }
}

impl fmt::Debug for Checkout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkout").field("external_id", &self.external_id()).finish_non_exhaustive()
    }
}

/// Money to give back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refund {
    /// Our id of the refund; the idempotency key.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentRef,
    /// How much, in the payment's currency.
    pub amount: Money,
    /// What had been taken back of the payment before this refund was first asked for: where a provider knows no ids
    /// of refunds, a repeat tells by it whether the first call was heard.
    pub taken_before: Money,
}

impl Refund {
    /// Gives back `amount` of `payment`, of which `taken_before` had been taken back.
    pub fn new(id: RefundId, payment: PaymentRef, amount: Money, taken_before: Money) -> Self {
        Self { id, payment, amount, taken_before }
    }
}

const _: fn(&dyn PaymentGateway) = |_| {};
