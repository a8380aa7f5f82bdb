//! Signing in at a platform that sends the browser back with a token in its address.
use billing_core::BoxError;
use http::{HeaderMap, HeaderName, header};
use reqwest::Url as Address;

use super::{SignInError, attempt::Attempt};
use crate::config::Url;

/// Where the platform sends browsers back to.
pub(crate) const CALLBACK: &str = "/auth/callback/external";

/// The platform.
#[derive(Debug)]
pub(super) struct External {
    login: Address,
    /// Pages that may have sent a browser here: the platform's, and our own, from which it left.
    origins: [String; 2],
    redirect: String,
}

impl External {
    pub(super) fn new(login: &Url, backend: &Url) -> Result<Self, BoxError> {
        Ok(Self {
            login: login.to_string().parse()?,
            origins: [login.origin().to_owned(), backend.origin().to_owned()],
            redirect: backend.join(CALLBACK),
        })
    }

    /// Where a browser signs in, for an attempt.
    pub(super) fn address(&self, attempt: &Attempt) -> String {
        let mut address = self.login.clone();
        let mut query = address.query_pairs_mut();
        query.append_pair("redirect_uri", &self.redirect).append_pair("state", &attempt.state);
        drop(query);
        address.into()
    }

    /// That a browser was sent back by the platform, as far as it says. A platform that gives our state back has proven
    /// as much, and may have been sent on to by others meanwhile.
    pub(super) fn admit(
        &self,
        attempt: &Attempt,
        state: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<(), SignInError> {
        match state {
            Some(state) if attempt.expects(state) => Ok(()),
            Some(_) => Err(SignInError::Expired("the state is another one")),
            None if self.is_from_elsewhere(headers) => {
                Err(SignInError::refused("the browser was sent by another site"))
            }
            None => Ok(()),
        }
    }

    fn is_from_elsewhere(&self, headers: &HeaderMap) -> bool {
        let said = |name: &HeaderName| headers.get_all(name).iter();
        said(&header::REFERER).chain(said(&header::ORIGIN)).any(|page| {
            let origin = page.to_str().ok().and_then(|page| page.parse::<Address>().ok());
            let origin = origin.map(|page| page.origin().ascii_serialization());
            origin.is_none_or(|origin| !self.origins.contains(&origin))
        })
    }
}
