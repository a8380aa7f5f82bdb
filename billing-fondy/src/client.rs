use std::time::Duration;

use billing_core::BoxError;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use reqwest::{Response, Url, redirect};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    error::{FondyError, Refusal, is_success},
    fields::Fields,
    request::Call,
    signature::{SEPARATOR, Signer},
};

/// How often a call is made at most, where a repeat is harmless.
const ATTEMPTS: u32 = 3;

/// The pause before the second attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Shorter than Fondy keeps a connection open: what is sent just when it closes one may be lost.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

const BODY_LIMIT_BYTES: usize = 1 << 20;

/// Signs and carries requests, and reads the answers.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    signer: Signer,
}

impl Client {
    pub(crate) fn new(signer: Signer, base: &Url, user_agent: &str) -> Result<Self, BoxError> {
        let mut http = reqwest::Client::builder()
            .user_agent(user_agent)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // Fondy's API does not redirect; whoever does must not get a signed order.
            .redirect(redirect::Policy::none());
        if is_loopback(base) {
            http = http.no_proxy();
        }
        let base = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self { http: http.build()?, base, signer })
    }

    /// Makes a call, again if that may help and can do no harm. Where answers are signed, it brings none that is not.
    pub(crate) async fn call(&self, call: Call, request: Value) -> Result<Fields, FondyError> {
        let body = json!({ "request": self.signed(request)? });
        let mut attempt = 1;
        loop {
            let error = match self.attempt(call, &body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if attempt == ATTEMPTS || !error.invites_repeat(call) {
                return Err(error);
            }
            let pause = FIRST_PAUSE * 2_u32.pow(attempt - 1);
            tracing::debug!(
                gateway.name = "fondy",
                attempt,
                pause_ms = pause.as_millis(),
                error = &error as &dyn std::error::Error,
                "call to fondy is made again"
            );
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    fn signed(&self, mut request: Value) -> Result<Value, FondyError> {
        let unsignable = |reason| FondyError::Unsignable { reason };
        let fields = Fields::deserialize(&request).map_err(|_| unsignable("it is no object"))?;
        if fields.signed().any(|(_, value)| value.is_some_and(|value| value.contains(SEPARATOR))) {
            return Err(unsignable("a value holds the separator of values"));
        }
        request["signature"] = self.signer.sign(&fields).map_err(unsignable)?.into();
        Ok(request)
    }

    async fn attempt(&self, call: Call, body: &Value) -> Result<Fields, FondyError> {
        let url = format!("{}/{}", self.base, call.path());
        let response = self.http.post(url).json(body).send().await.map_err(on_the_way)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(FondyError::SlowDown { retry_after: retry_after(response.headers()) });
        }
        let useless = |reason| FondyError::Useless { call, status: status.as_u16(), reason };
        let answer = read(response).await.map_err(on_the_way)?.ok_or_else(|| useless("it is too long"))?;
        let answer = Fields::from_json(&answer).map_err(useless)?;
        if status.is_server_error() {
            return Err(useless("its status speaks of a fault"));
        }
        if let Some(refusal) = Refusal::read(call, &answer) {
            tracing::debug!(gateway.name = "fondy", "{refusal}");
            return Err(FondyError::Refused(refusal));
        }
        if !is_success(status.as_u16()) {
            return Err(useless("its status is none of an answer"));
        }
        if call.is_answered_signed() {
            self.signer.verify(&answer).map_err(useless)?;
            let asked = body["request"]["order_id"].as_str();
            if answer.text("order_id").is_some_and(|told| Some(told) != asked) {
                return Err(useless("it is about another order"));
            }
        }
        Ok(answer)
    }
}

fn on_the_way(error: reqwest::Error) -> FondyError {
    FondyError::Unreachable(error.without_url())
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The body, `None` when it is too long.
async fn read(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT_BYTES {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// Whether a url stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}
