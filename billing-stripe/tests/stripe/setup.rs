use std::time::Duration;

use billing_core::{
    AccountId, Checkout, CreatePayment, Currency, Money, PaymentGateway, PaymentId, PaymentRef,
    PaymentSnapshot, Refund, RefundId,
};
use billing_stripe::{StripeGateway, StripeGatewayBuilder};
use billing_testkit::simulators::stripe::{PayTerms, StripeSimulator};

pub(crate) const SECRET_KEY: &str = "sk_test_4Vd0Rk7uZ";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_Q81mWc2yB";

/// A gateway and the Stripe it talks to.
pub(crate) struct Setup {
    pub(crate) stripe: StripeSimulator,
    pub(crate) gateway: StripeGateway,
}

/// An order as it was opened.
pub(crate) struct Order {
    pub(crate) request: CreatePayment,
    pub(crate) intent: String,
    pub(crate) reference: PaymentRef,
}

impl Setup {
    pub(crate) async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    pub(crate) async fn with(change: impl FnOnce(StripeGatewayBuilder) -> StripeGatewayBuilder) -> Self {
        let stripe = StripeSimulator::builder(SECRET_KEY, WEBHOOK_SECRET);
        let stripe = stripe.start(([127, 0, 0, 1], 0).into()).await.unwrap();
        let gateway = change(builder(&stripe.base_url())).build().unwrap();
        Self { stripe, gateway }
    }

    pub(crate) async fn order(&self) -> Order {
        let request = order();
        let checkout = self.gateway.create_payment(request.clone()).await.unwrap();
        Order::new(request, &checkout)
    }

    pub(crate) async fn paid_order(&self) -> Order {
        let order = self.order().await;
        self.stripe.pay(&order.intent, &PayTerms::new()).await.unwrap();
        order
    }

    pub(crate) async fn status(&self, order: &Order) -> PaymentSnapshot {
        self.gateway.payment_status(&order.reference).await.unwrap()
    }
}

impl Order {
    pub(crate) fn new(request: CreatePayment, checkout: &Checkout) -> Self {
        let intent = checkout.external_id().to_owned();
        let reference = PaymentRef::new(Some(request.id), Some(intent.clone()));
        Self { request, intent, reference }
    }

    pub(crate) fn refund_of(&self, amount: &str) -> Refund {
        Refund::new(RefundId::new(), self.reference.clone(), usd(amount), usd("0"))
    }
}

pub(crate) fn builder(base: &str) -> StripeGatewayBuilder {
    StripeGateway::builder(SECRET_KEY, WEBHOOK_SECRET)
        .with_api_base(base)
        .with_timeout(Duration::from_secs(5))
}

/// An order of 25 dollars.
pub(crate) fn order() -> CreatePayment {
    let account = AccountId::new("acme & sons").unwrap();
    CreatePayment::new(PaymentId::new(), account, usd("25"), "Поповнення")
}

pub(crate) fn usd(amount: &str) -> Money {
    Money::parse(amount, Currency::USD).unwrap()
}
