//! A shop with an account at the simulator.

use billing_testkit::simulators::stripe::{PayTerms, StripeSimulator, StripeSimulatorBuilder};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::answer::client;
pub(crate) use crate::answer::{Answer, CEILING, send};

pub(crate) const SECRET_KEY: &str = "sk_test_simulator";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_simulator";

pub(crate) struct Shop {
    pub(crate) stripe: StripeSimulator,
    pub(crate) http: Client,
}

pub(crate) fn simulator() -> StripeSimulatorBuilder {
    StripeSimulator::builder(SECRET_KEY, WEBHOOK_SECRET)
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(simulator()).await
    }

    pub(crate) async fn with(builder: StripeSimulatorBuilder) -> Self {
        let stripe = builder.start(([127, 0, 0, 1], 0).into()).await.unwrap();
        Self { stripe, http: client() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.stripe.base_url())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.http.get(self.url(path)).bearer_auth(SECRET_KEY)).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        send(self.posting(path, form)).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, form: &str, key: &str) -> Answer {
        send(self.posting(path, form).header("idempotency-key", key)).await
    }

    /// A call not sent yet. The form goes as it is, brackets unescaped.
    pub(crate) fn posting(&self, path: &str, form: &str) -> RequestBuilder {
        self.http
            .post(self.url(path))
            .bearer_auth(SECRET_KEY)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
    }

    /// A payment of 25.00 dollars that waits for its payer.
    pub(crate) async fn payment(&self) -> Value {
        self.post("/v1/payment_intents", "amount=2500&currency=usd&metadata[payment]=ours").await.json()
    }

    /// The id of a payment of 25.00 dollars that has been paid.
    pub(crate) async fn paid(&self) -> String {
        let id = id(&self.payment().await);
        self.stripe.pay(&id, &PayTerms::new()).await.unwrap();
        id
    }

    /// The types of all events so far.
    pub(crate) fn event_types(&self) -> Vec<String> {
        self.stripe.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

impl Answer {
    /// The code of an error in Stripe's form.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
