use std::{io, time::Duration};

use billing_core::BoxError;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use reqwest::{Response, Url, redirect};
use serde::{Deserialize, de::DeserializeOwned};
use stripe_client_core::{RequestBuilder, StripeMethod, VERSION};

use crate::{
    error::{ErrorObject, Refusal, StripeError, is_passing},
    secret::Secret,
};

/// How often a call is made at most. An operation may take as long as so many attempts.
pub(crate) const ATTEMPTS: u32 = 3;

/// The pause before the second attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Who asks for more patience than this is left alone.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const BODY_LIMIT_BYTES: usize = 4 << 20;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// Carries the requests that `async-stripe` builds, each under our own idempotency key, and reads the answers.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    pub(crate) fn new(secret_key: &Secret, base: &Url, timeout: Duration) -> Result<Self, BoxError> {
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", secret_key.expose()))?;
        authorization.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, authorization),
            (STRIPE_VERSION, HeaderValue::try_from(VERSION.to_string())?),
        ]);
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("billing-stripe/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .timeout(timeout)
            .connect_timeout(CONNECT_TIMEOUT)
            // Stripe does not redirect; whoever does must not get the key.
            .redirect(redirect::Policy::none());
        if is_loopback(base) {
            http = http.no_proxy();
        }
        Ok(Self { http: http.build()?, base: base.as_str().trim_end_matches('/').to_owned() })
    }

    /// Makes a call, again if it may help. A call that changes something needs a key, or must be harmless to repeat.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        idempotency_key: Option<&str>,
    ) -> Result<T, StripeError> {
        let call = Call::new(request, idempotency_key);
        let mut attempt = 1;
        loop {
            let failed = match self.attempt(&call).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let Some(pause) = failed.pause.filter(|_| attempt < ATTEMPTS) else {
                return Err(failed.error);
            };
            let pause = pause.max(jittered(FIRST_PAUSE * 2_u32.pow(attempt - 1)));
            tracing::debug!(
                gateway.name = "stripe",
                attempt,
                pause_ms = pause.as_millis(),
                error = &failed.error as &dyn std::error::Error,
                "call to stripe is made again"
            );
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Failed> {
        let mut request = self.http.request(call.method.clone(), format!("{}/v1{}", self.base, call.target));
        if let Some(form) = &call.form {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone());
        }
        if let Some(key) = call.idempotency_key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        let response = request.send().await.map_err(Failed::on_the_way)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let unreadable = |reason| {
            let (method, status) = (call.method.clone(), status.as_u16());
            Failed::soon(StripeError::Unreadable { method, status, reason })
        };
        let body = read(response).await.map_err(Failed::on_the_way)?;
        let body = body.ok_or_else(|| unreadable("it is too long".to_owned()))?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| unreadable(place(&error)));
        }
        let Envelope { error } = serde_json::from_slice(&body).map_err(|error| unreadable(place(&error)))?;
        Err(Failed::refused(status, &headers, error))
    }
}

/// What is the same in all attempts of a call.
struct Call<'a> {
    method: Method,
    /// Path and query.
    target: String,
    form: Option<String>,
    idempotency_key: Option<&'a str>,
}

impl<'a> Call<'a> {
    fn new(request: RequestBuilder, idempotency_key: Option<&'a str>) -> Self {
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let target = match request.query.filter(|query| !query.is_empty()) {
            Some(query) => format!("{}?{query}", request.path),
            None => request.path,
        };
        Self { method, target, form: request.body.as_deref().map(sorted), idempotency_key }
    }
}

/// The fields of a form in one order. `async-stripe` keeps metadata in a hash map, so that their order differs from
/// call to call, while what is sent under one idempotency key has to be the same.
fn sorted(form: &str) -> String {
    let mut fields: Vec<_> = form.split('&').collect();
    fields.sort_unstable();
    fields.join("&")
}

/// An attempt that brought nothing.
struct Failed {
    error: StripeError,
    /// The least time to wait before the next attempt, if one may help.
    pause: Option<Duration>,
}

impl Failed {
    fn soon(error: StripeError) -> Self {
        Self { error, pause: Some(Duration::ZERO) }
    }

    fn on_the_way(error: reqwest::Error) -> Self {
        let error = error.without_url();
        Self::soon(if error.is_timeout() {
            StripeError::TimedOut(io::Error::new(io::ErrorKind::TimedOut, error))
        } else {
            StripeError::Unreachable(error)
        })
    }

    fn refused(status: StatusCode, headers: &HeaderMap, error: ErrorObject) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let status = status.as_u16();
        let retry_after =
            text(RETRY_AFTER.as_str()).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let request_id = text("request-id").map(str::to_owned);
        // Stripe knows better than any table whether a repeat may help.
        let may_help = match text("stripe-should-retry") {
            Some("true") => true,
            Some("false") => false,
            _ => is_passing(status),
        };
        let pause = retry_after.unwrap_or_default();
        Self {
            error: StripeError::Refused(Box::new(Refusal { status, error, retry_after, request_id })),
            pause: (may_help && pause <= LONGEST_PAUSE).then_some(pause),
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    error: ErrorObject,
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

/// Where JSON went wrong. The error's own text may quote the body.
fn place(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

/// Half of `pause` to all of it, so that callers that failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let half = pause / 2;
    let spread_ms = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    half + Duration::from_millis(fastrand::u64(0..=spread_ms))
}

/// Whether a url stays on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_the_same_in_whatever_order_it_was_made() {
        let (one, other) = ("b=2&amount=1&metadata[a]=1", "metadata[a]=1&b=2&amount=1");
        assert_eq!(sorted(one), sorted(other));
        assert_eq!(sorted(one), "amount=1&b=2&metadata[a]=1");
    }

    #[test]
    fn pauses_spread_over_their_second_half() {
        for _ in 0..100 {
            let pause = jittered(FIRST_PAUSE);
            assert!((FIRST_PAUSE / 2..=FIRST_PAUSE).contains(&pause), "{pause:?}");
        }
    }

    #[test]
    fn stripe_decides_whether_a_repeat_may_help() {
        let pause = |status: u16, header: Option<(&'static str, &'static str)>| {
            let header =
                header.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            let status = StatusCode::from_u16(status).unwrap();
            Failed::refused(status, &HeaderMap::from_iter(header), ErrorObject::default()).pause
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(pause(500, None), seconds(0));
        assert_eq!(pause(400, None), None);
        assert_eq!(pause(500, Some(("stripe-should-retry", "false"))), None);
        assert_eq!(pause(400, Some(("stripe-should-retry", "true"))), seconds(0));
        assert_eq!(pause(429, Some(("retry-after", "2"))), seconds(2));
        assert_eq!(pause(429, Some(("retry-after", "60"))), None);
    }
}
