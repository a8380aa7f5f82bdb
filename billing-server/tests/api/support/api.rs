use std::{collections::HashMap, time::Duration};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json, value::RawValue};

use super::JWT_SECRET;

/// A token for `user` that holds for an hour.
pub(crate) fn token(user: &str) -> String {
    token_until(user, jsonwebtoken::get_current_timestamp() + 3_600)
}

/// A token for `user` that holds until this second since 1970.
pub(crate) fn token_until(user: &str, exp: u64) -> String {
    let claims = json!({ "sub": user, "exp": exp });
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}

/// Calls one server as one user.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    url: String,
    token: Option<String>,
}

impl Api {
    pub(crate) fn new(url: &str, token: Option<String>) -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().unwrap();
        Self { client, url: url.to_owned(), token }
    }

    /// With another token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// A request to be filled in.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// Sends JSON as it is written here, right or wrong.
    pub(crate) async fn send_json(&self, method: Method, path: &str, body: impl Into<String>) -> Answer {
        let request = self.request(method, path).header("content-type", "application/json");
        Answer::to(request.body(body.into())).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send_json(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl Into<String>) -> Answer {
        self.send_json(Method::PUT, path, body).await
    }

    /// One figure of the balance, as it is written: `9.9875`.
    pub(crate) async fn balance(&self, figure: &str) -> String {
        self.get("/api/billing/balance").await.expect(200).raw(figure)
    }

    /// How many lines the history has, up to a hundred.
    pub(crate) async fn history_len(&self) -> usize {
        let answer = self.get("/api/billing/history?limit=100").await.expect(200);
        answer.json()["transactions"].as_array().unwrap().len()
    }

    /// Calls a paid tool.
    pub(crate) async fn call(&self, tool: &str) -> Answer {
        self.post(&format!("/api/tools/{tool}"), "{}").await
    }

    /// Starts a payment of so many dollars.
    pub(crate) async fn create_payment(&self, usd: &str) -> NewPayment {
        NewPayment::from(&Answer::to(self.payment_request(usd)).await.expect(200))
    }

    /// Starts a payment where the server may be away.
    pub(crate) async fn try_create_payment(&self, usd: &str) -> Option<NewPayment> {
        let answer = Answer::try_to(self.payment_request(usd)).await.ok()?;
        (answer.status == 200).then(|| NewPayment::from(&answer))
    }

    fn payment_request(&self, usd: &str) -> RequestBuilder {
        let body = format!(r#"{{"amount_usd": {usd}}}"#);
        let request = self.request(Method::POST, "/api/billing/payment/stripe/create");
        request.header("content-type", "application/json").body(body)
    }
}

/// A payment that waits for its payer.
#[derive(Clone, Debug)]
pub(crate) struct NewPayment {
    /// Our id.
    pub(crate) id: String,
    /// Stripe's id.
    pub(crate) intent: String,
    /// What its payer needs.
    pub(crate) client_secret: String,
}

impl From<&Answer> for NewPayment {
    fn from(answer: &Answer) -> Self {
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        Self { id: text("paymentId"), intent: text("paymentIntentId"), client_secret: text("clientSecret") }
    }
}

impl NewPayment {
    /// Pays at the simulated Stripe, which answers once the webhooks are through.
    pub(crate) async fn pay(&self, stripe: &Api) {
        let form = [("client_secret", &self.client_secret)];
        let request = stripe.request(Method::POST, &format!("/checkout/{}/pay", self.intent)).form(&form);
        Answer::to(request).await.expect(200);
    }
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        Self::try_to(request).await.unwrap()
    }

    /// Fails where there is no answer, or not all of it: the server may be away.
    pub(crate) async fn try_to(request: RequestBuilder) -> reqwest::Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    /// Demands a status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Demands an error in the one form.
    #[track_caller]
    pub(crate) fn expect_error(self, status: u16, code: &str) -> Self {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{}", self.text);
        for name in ["error", "message"] {
            assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{name} of {}", self.text);
        }
        assert!(self.headers.contains_key("x-request-id"), "{:?}", self.headers);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// A field as it is written: amounts to their last digit.
    pub(crate) fn raw(&self, field: &str) -> String {
        let fields: HashMap<String, Box<RawValue>> = serde_json::from_str(&self.text).unwrap();
        fields[field].get().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}
