use reqwest::{Method, header::HeaderValue};

use crate::support::{Answer, Api};

/// A request to a webhook's address that a provider in good order would not send.
pub(super) struct Case {
    name: String,
    method: Method,
    path: String,
    headers: Vec<(&'static str, HeaderValue)>,
    body: Vec<u8>,
    expected: Expected,
}

/// What it is answered.
enum Expected {
    Refused(u16, &'static str),
    Taken,
}

impl Case {
    /// A webhook of `provider`, expected to be taken for a forgery.
    pub(super) fn new(provider: &str, name: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self {
            name: format!("{provider}: {}", name.into()),
            method: Method::POST,
            path: format!("/webhooks/{provider}"),
            headers: Vec::new(),
            body: body.into(),
            expected: Expected::Refused(400, "INVALID_SIGNATURE"),
        }
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name, HeaderValue::from_bytes(value.as_ref()).unwrap()));
        self
    }

    pub(super) fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(super) fn with_path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Refused so instead.
    pub(super) fn refused(mut self, status: u16, code: &'static str) -> Self {
        self.expected = Expected::Refused(status, code);
        self
    }

    /// Authentic, but nobody can tell what it says.
    pub(super) fn unreadable(self) -> Self {
        self.refused(422, "WEBHOOK_UNREADABLE")
    }

    /// Authentic, stored and acknowledged.
    pub(super) fn taken(mut self) -> Self {
        self.expected = Expected::Taken;
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends it; what is wrong with the answer, if something is.
    pub(super) async fn send(&self, anybody: &Api) -> Result<(), String> {
        let mut request = anybody.request(self.method.clone(), &self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value.clone());
        }
        let answer = Answer::to(request.body(self.body.clone())).await;
        let is_right = match self.expected {
            Expected::Taken => answer.status == 200,
            Expected::Refused(status, code) => answer.status == status && is_error(&answer, code),
        };
        is_right.then_some(()).ok_or_else(|| format!("{}: {} {}", self.name, answer.status, answer.text))
    }
}

/// Whether it is an error in the one form, and tells nothing else.
fn is_error(answer: &Answer, code: &str) -> bool {
    let Ok(body) = serde_json::from_str::<serde_json::Map<_, _>>(&answer.text) else { return false };
    let fields: Vec<_> = body.keys().map(String::as_str).collect();
    let told =
        ["error", "message"].iter().all(|name| body[*name].as_str().is_some_and(|text| !text.is_empty()));
    fields == ["code", "error", "message"] && body["code"] == code && told
}
