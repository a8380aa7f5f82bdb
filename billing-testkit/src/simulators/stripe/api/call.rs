//! One call: who makes it and what it says.

use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::simulators::shared::setup::BODY_LIMIT_BYTES;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::params::Params;

const KEY_LENGTH: usize = 255;

/// A call that may be made, with its parameters read.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    /// The id in the path, empty where there is none.
    pub(super) id: String,
    pub(super) params: Params,
    pub(super) caller: Caller,
    pub(super) idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// The merchant's server, with the secret key.
    Server,
    /// A browser, with a publishable key: it may do what a client secret allows.
    Browser,
}

impl Call {
    pub(super) async fn read(
        secret_key: &str,
        parts: &Parts,
        body: Body,
        id: String,
    ) -> Result<Self, ApiError> {
        let caller = Caller::of(secret_key, &parts.headers)?;
        let is_post = parts.method == Method::POST;
        let params = if is_post {
            Params::parse(&to_bytes(body, BODY_LIMIT_BYTES).await.map_err(|_| ApiError::too_large())?)?
        } else {
            Params::parse(parts.uri.query().unwrap_or_default().as_bytes())?
        };
        Ok(Self {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            id,
            params,
            caller,
            idempotency_key: if is_post { idempotency_key(&parts.headers)? } else { None },
        })
    }

    /// A digest by which a repeat of this call is recognised.
    pub(super) fn fingerprint(&self) -> String {
        self.params.fingerprint(self.method.as_str(), &self.path)
    }
}

impl Caller {
    fn of(secret_key: &str, headers: &HeaderMap) -> Result<Self, ApiError> {
        let key = headers.get(header::AUTHORIZATION).and_then(|value| presented_key(value.to_str().ok()?));
        match key {
            None => Err(ApiError::unauthorized(
                "You did not provide an API key. You need to provide your API key in the Authorization header, \
                 using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            )),
            Some(key) if key == secret_key => Ok(Self::Server),
            Some(key) if key.starts_with("pk_") => Ok(Self::Browser),
            Some(_) => Err(ApiError::unauthorized("Invalid API Key provided.")),
        }
    }
}

/// The key after `Bearer`, or the user name of basic authentication.
fn presented_key(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(user, _)| user.to_owned())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= KEY_LENGTH => Ok(Some(key.to_owned())),
        _ => {
            let message = format!("Idempotency keys must be text of 1 to {KEY_LENGTH} characters.");
            Err(ApiError::malformed(message))
        }
    }
}
