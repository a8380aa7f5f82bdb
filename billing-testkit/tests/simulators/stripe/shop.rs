//! A shop with an account at the simulator.

use std::time::Duration;

use billing_testkit::simulators::stripe::{PayTerms, StripeSimulator, StripeSimulatorBuilder};
use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

pub(crate) const SECRET_KEY: &str = "sk_test_simulator";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_simulator";

/// Generous: only a test that fails waits so long.
pub(crate) const CEILING: Duration = Duration::from_secs(30);

pub(crate) struct Shop {
    pub(crate) stripe: StripeSimulator,
    pub(crate) http: Client,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
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
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { stripe, http: http.timeout(CEILING).build().unwrap() }
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
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The code of an error in Stripe's form.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
