//! A shop with a merchant's account at the simulator.

use billing_testkit::simulators::fondy::{FondySimulator, FondySimulatorBuilder, PayTerms};
use reqwest::{Client, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::answer::client;
pub(crate) use crate::answer::{Answer, CEILING, send};

pub(crate) const MERCHANT_ID: i64 = 1_700_123;
pub(crate) const SECRET_KEY: &str = "k3Ff0000000000000000000000000abc";

/// 25.11.2026 12:00:00 UTC.
pub(crate) const NOON: i64 = 1_795_608_000;

pub(crate) struct Shop {
    pub(crate) fondy: FondySimulator,
    pub(crate) http: Client,
}

pub(crate) fn simulator() -> FondySimulatorBuilder {
    FondySimulator::builder(MERCHANT_ID, SECRET_KEY)
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(simulator()).await
    }

    pub(crate) async fn with(builder: FondySimulatorBuilder) -> Self {
        Self { fondy: builder.start(([127, 0, 0, 1], 0).into()).await.unwrap(), http: client() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.fondy.base_url())
    }

    /// A signed call and what lies under `response`.
    pub(crate) async fn call(&self, path: &str, fields: Value) -> Value {
        let answer = send(self.calling(path, fields)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["response"].clone()
    }

    /// A signed call not sent yet.
    pub(crate) fn calling(&self, path: &str, fields: Value) -> RequestBuilder {
        self.calling_unsigned(path, &Value::Object(self.fondy.signed(object(fields))))
    }

    pub(crate) fn calling_unsigned(&self, path: &str, fields: &Value) -> RequestBuilder {
        self.http.post(format!("{}/{path}", self.fondy.api_url())).json(&json!({ "request": fields }))
    }

    /// Creates an order with these fields more, and answers with the order as the simulator has it.
    pub(crate) async fn order_with(&self, order_id: &str, more: Value) -> Value {
        let created = self.call("checkout/url", order(order_id, more)).await;
        assert_eq!(created["response_status"], "success", "{created}");
        self.fondy.order(order_id).unwrap()
    }

    /// An order of 250.00 hryvnias that its payer pays in one attempt or not at all.
    pub(crate) async fn order(&self, order_id: &str) -> Value {
        self.order_with(order_id, json!({})).await
    }

    /// An order of 250.00 hryvnias that has been paid.
    pub(crate) async fn paid(&self, order_id: &str) -> Value {
        self.order(order_id).await;
        self.fondy.pay(order_id, &PayTerms::new()).await.unwrap()
    }

    pub(crate) async fn status(&self, order_id: &str) -> Value {
        self.call("status/order_id", json!({ "order_id": order_id, "merchant_id": MERCHANT_ID })).await
    }

    pub(crate) async fn reverse(&self, order_id: &str, amount: i64, more: Value) -> Value {
        let fields = json!({
            "order_id": order_id, "merchant_id": MERCHANT_ID, "amount": amount, "currency": "UAH", "version": "1.0.1",
        });
        self.call("reverse/order_id", with(fields, more)).await
    }

    /// Whether the signature fits the fields.
    pub(crate) fn is_signed(&self, fields: &Value) -> bool {
        self.fondy.signed(object(fields.clone()))["signature"] == fields["signature"]
    }
}

/// The fields of a new order.
pub(crate) fn order(order_id: &str, more: Value) -> Value {
    let fields = json!({
        "order_id": order_id,
        "merchant_id": MERCHANT_ID,
        "order_desc": "Поповнення <b>рахунку</b>",
        "amount": 25000,
        "currency": "UAH",
        "delayed": "N",
        "version": "1.0.1",
    });
    with(fields, more)
}

/// The fields of both, those of the second where both have one; null takes a field away.
pub(crate) fn with(fields: Value, more: Value) -> Value {
    let mut fields = object(fields);
    fields.extend(object(more));
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields)
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("not an object: {value}") };
    fields
}

/// The code of a refusal in Fondy's form, 0 for a success.
pub(crate) fn code(response: &Value) -> i64 {
    if response["response_status"] == "failure" { response["error_code"].as_i64().unwrap() } else { 0 }
}
