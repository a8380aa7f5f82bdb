//! Orders through either provider, whatever each of them calls things.
use billing_testkit::simulators::fondy::ApiFault;
use reqwest::{Method, RequestBuilder};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::support::{Answer, Api};

/// What a hryvnia is credited at the market's rate, to ten decimals.
const USD_FOR_UAH: Decimal = Decimal::from_parts(240_963_855, 0, 0, false, 10);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Provider {
    Stripe,
    Fondy,
}

impl Provider {
    pub(crate) const ALL: [Self; 2] = [Self::Stripe, Self::Fondy];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Fondy => "fondy",
        }
    }

    fn amount_field(self) -> &'static str {
        match self {
            Self::Stripe => "amount_usd",
            Self::Fondy => "amount_uah",
        }
    }

    /// What a payment of so many minor units is credited.
    pub(crate) fn credit(self, minor: i64) -> Decimal {
        let amount = Decimal::new(minor, 2);
        match self {
            Self::Stripe => amount,
            Self::Fondy => (amount * USD_FOR_UAH).round_dp(6),
        }
    }

    /// An API fault, on the route that opens orders.
    pub(crate) fn on_creation(self, fault: ApiFault) -> ApiFault {
        match self {
            Self::Stripe => fault.with_route("POST", "/v1/payment_intents"),
            Self::Fondy => fault.with_route("POST", "/api/checkout/url"),
        }
    }
}

/// A payment that a user asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) provider: Provider,
    /// Cents or kopiikas.
    pub(crate) minor: i64,
    /// The `Idempotency-Key`.
    pub(crate) key: String,
}

impl Wish {
    pub(crate) fn new(provider: Provider, minor: i64) -> Self {
        Self { provider, minor, key: uuid::Uuid::now_v7().to_string() }
    }

    pub(crate) fn with_minor(&self, minor: i64) -> Self {
        Self { minor, ..self.clone() }
    }

    /// The request that asks for it.
    pub(crate) fn request(&self, api: &Api) -> RequestBuilder {
        let path = format!("/api/billing/payment/{}/create", self.provider.name());
        let body = format!("{{\"{}\": {}}}", self.provider.amount_field(), Decimal::new(self.minor, 2));
        let request = api.request(Method::POST, &path).header("idempotency-key", &self.key);
        request.header("content-type", "application/json").body(body)
    }

    pub(crate) async fn ask(&self, api: &Api) -> Answer {
        Answer::to(self.request(api)).await
    }

    /// Demands the order.
    pub(crate) async fn order(&self, api: &Api) -> NewOrder {
        self.read(&self.ask(api).await.expect(200))
    }

    /// The order that an answer tells; what it will be credited has to be right.
    #[track_caller]
    pub(crate) fn read(&self, answer: &Answer) -> NewOrder {
        let told: Decimal = answer.raw("amount_usd").parse().unwrap();
        assert_eq!(told, self.provider.credit(self.minor), "{}", answer.text);
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let (order, way) = match self.provider {
            Provider::Stripe => ("paymentIntentId", "clientSecret"),
            Provider::Fondy => ("orderId", "paymentUrl"),
        };
        assert!(!text(way).is_empty(), "{}", answer.text);
        NewOrder { payment: text("paymentId"), order: text(order) }
    }
}

/// An order as the server tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NewOrder {
    /// Our id.
    pub(crate) payment: String,
    /// The provider's.
    pub(crate) order: String,
}

/// An order as its provider has it.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) provider: Provider,
    pub(crate) id: String,
    /// Our id, as the provider was told.
    pub(crate) payment: String,
    pub(crate) minor: i64,
    pub(crate) is_paid: bool,
    /// Whether it can still be paid.
    pub(crate) is_open: bool,
}

impl Order {
    pub(crate) fn at_stripe(intent: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let is_paid = intent["status"] == "succeeded";
        Self {
            provider: Provider::Stripe,
            id: text(&intent["id"]),
            payment: text(&intent["metadata"]["payment_id"]),
            minor: intent["amount"].as_i64().unwrap(),
            is_paid,
            is_open: !is_paid && intent["status"] != "canceled",
        }
    }

    pub(crate) fn at_fondy(order: &Value) -> Self {
        let text = |name: &str| order[name].as_str().unwrap().to_owned();
        Self {
            provider: Provider::Fondy,
            id: text("order_id"),
            payment: text("order_id"),
            minor: text("amount").parse().unwrap(),
            is_paid: text("order_status") == "approved",
            is_open: ["created", "processing"].contains(&&*text("order_status")),
        }
    }
}
