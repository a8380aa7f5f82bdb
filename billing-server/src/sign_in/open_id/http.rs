//! Requests to the provider, with bounds.
use std::time::Duration;

use billing_core::BoxError;
use openidconnect::{HttpRequest, HttpResponse};
use reqwest::{Client, redirect};

/// Of one request; four of them stay below the time that an answer of ours may take.
const TIMEOUT: Duration = Duration::from_secs(5);
const BODY_LIMIT_BYTES: usize = 512 * 1024;

/// Asks the provider: over https, unless it is on this machine, and nobody whom it sends on to.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    may_be_plain: bool,
}

/// Why the provider could not be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// What is sent there is secret.
    #[error("the provider has an address without https")]
    Plain,
    /// It could not be reached, or did not answer in time.
    #[error("the provider can't be reached")]
    Unreachable(#[from] reqwest::Error),
    /// Its answer is longer than any that it has a reason to give.
    #[error("the provider's answer has more than {BODY_LIMIT_BYTES} bytes")]
    TooLong,
    /// It can't be told on.
    #[error("the provider's answer can't be read")]
    Unreadable(#[from] http::Error),
}

impl Http {
    pub(super) fn new(is_on_this_machine: bool) -> Result<Self, BoxError> {
        let mut client = Client::builder()
            .user_agent(concat!("billing-server/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none());
        if is_on_this_machine {
            client = client.no_proxy();
        }
        Ok(Self { client: client.build()?, may_be_plain: is_on_this_machine })
    }

    pub(super) async fn send(self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if request.uri().scheme_str() != Some("https") && !self.may_be_plain {
            return Err(HttpError::Plain);
        }
        let mut response =
            self.client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
        let mut told = http::Response::builder().status(response.status());
        if let Some(headers) = told.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > BODY_LIMIT_BYTES {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(told.body(body)?)
    }
}
