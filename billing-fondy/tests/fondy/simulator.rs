//! A gateway, the Fondy it talks to, and what it heard from it.
use std::time::Duration;

use billing_core::{
    Checkout, CreatePayment, PaymentGateway, PaymentRef, PaymentSnapshot, Refund, RefundId, WebhookContent,
    WebhookEvent,
};
use billing_fondy::{FondyGateway, FondyGatewayBuilder};
use billing_testkit::simulators::fondy::{FondySimulator, FondySimulatorBuilder, PayTerms, Quirks};
use tokio::net::TcpListener;

use crate::{
    endpoint::Endpoint,
    setup::{MERCHANT, SECRET, builder, new_order, uah},
};

/// Generous: only a test that fails waits so long.
pub(crate) const CEILING: Duration = Duration::from_secs(30);

pub(crate) struct Shop {
    pub(crate) fondy: FondySimulator,
    pub(crate) gateway: FondyGateway,
    pub(crate) endpoint: Endpoint,
    pub(crate) callback_url: String,
}

/// An order as it was opened.
pub(crate) struct Order {
    pub(crate) request: CreatePayment,
    pub(crate) id: String,
    pub(crate) page: String,
    pub(crate) reference: PaymentRef,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(simulator(), |builder| builder).await
    }

    pub(crate) async fn with_quirks(quirks: Quirks) -> Self {
        let shop = Self::open().await;
        shop.fondy.set_quirks(quirks).unwrap();
        shop
    }

    pub(crate) async fn with(
        simulator: FondySimulatorBuilder,
        change: impl FnOnce(FondyGatewayBuilder) -> FondyGatewayBuilder,
    ) -> Self {
        let fondy = simulator.start(([127, 0, 0, 1], 0).into()).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback_url = format!("http://{}/webhooks/fondy", listener.local_addr().unwrap());
        let builder = builder(&fondy.api_url()).with_callback_url(&callback_url);
        let gateway = change(builder).build().unwrap();
        let endpoint = Endpoint::listen(listener, gateway.clone());
        Self { fondy, gateway, endpoint, callback_url }
    }

    pub(crate) async fn order(&self) -> Order {
        self.order_of(new_order()).await
    }

    pub(crate) async fn order_of(&self, request: CreatePayment) -> Order {
        let checkout = self.gateway.create_payment(request.clone()).await.unwrap();
        let Checkout::Redirect { external_id: id, url: page } = checkout else { panic!("{checkout:?}") };
        let reference = PaymentRef::new(Some(request.id), Some(id.clone()));
        Order { request, id, page, reference }
    }

    /// An order of 250 hryvnias that was paid; the callback is not kept.
    pub(crate) async fn paid_order(&self) -> Order {
        let order = self.order().await;
        self.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
        self.endpoint.take_all();
        order
    }

    pub(crate) async fn status(&self, order: &Order) -> PaymentSnapshot {
        self.gateway.payment_status(&order.reference).await.unwrap()
    }

    /// What each callback since the last time says.
    pub(crate) fn heard(&self) -> Vec<PaymentSnapshot> {
        self.endpoint.take().into_iter().map(snapshot).collect()
    }

    /// Waits until no callback is on its way.
    pub(crate) async fn quiet(&self) {
        tokio::time::timeout(CEILING, self.fondy.wait_until_quiet()).await.expect("quiet in time");
    }
}

impl Order {
    /// A refund of so many kopiikas, when so many had been taken back before.
    pub(crate) fn refund_of(&self, amount: i64, before: i64) -> Refund {
        Refund::new(RefundId::new(), self.reference.clone(), uah(amount), uah(before))
    }
}

/// A Fondy at which we have an account.
pub(crate) fn simulator() -> FondySimulatorBuilder {
    FondySimulator::builder(MERCHANT.try_into().unwrap(), SECRET)
}

/// What an event says by itself, without a question to Fondy.
pub(crate) fn snapshot(event: WebhookEvent) -> PaymentSnapshot {
    let WebhookContent::Payment(snapshot) = event.content else { panic!("no snapshot: {event:?}") };
    snapshot
}
