//! Signing in at a platform that sends the browser back with a token in its address.
use billing_core::BoxError;
use reqwest::Url as Address;

use super::attempt::Attempt;
use crate::config::Url;

/// Where the platform sends browsers back to.
pub(crate) const CALLBACK: &str = "/auth/callback/external";

/// The platform.
#[derive(Debug)]
pub(super) struct External {
    login: Address,
    redirect: String,
}

impl External {
    pub(super) fn new(login: &Url, backend: &Url) -> Result<Self, BoxError> {
        Ok(Self { login: login.to_string().parse()?, redirect: backend.join(CALLBACK) })
    }

    /// Where a browser signs in, for an attempt.
    pub(super) fn address(&self, attempt: &Attempt) -> String {
        let mut address = self.login.clone();
        let mut query = address.query_pairs_mut();
        query.append_pair("redirect_uri", &self.redirect).append_pair("state", &attempt.state);
        drop(query);
        address.into()
    }
}
