//! Signing in with a browser: a cookie in place of a token.
//!
//! A session is a signed text that the browser keeps; the server stores nothing of it, so that any replica knows it. It
//! begins where somebody has proven who he is: at an OpenID Connect provider, at a platform that hands over a token, or,
//! in the sandbox, by choosing a demo user.
mod attempt;
mod cookies;
mod error;
pub(crate) mod external;
mod key;
mod local_path;
pub(crate) mod open_id;
mod own_page;
mod seal;
mod session;

use std::sync::Arc;

use billing_core::{BoxError, Clock};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

pub(crate) use self::{
    attempt::Attempt,
    error::SignInError,
    local_path::LocalPath,
    session::{Person, Session},
};
use self::{
    attempt::Attempts, cookies::Cookies, external::External, open_id::OpenId, own_page::OwnPage,
    session::Sessions,
};
use crate::{
    config::{self, Secret, Url},
    error::ApiError,
};

/// The cookie of a session.
const SESSION: &str = "billing";
/// The cookie of an attempt to begin one.
const ATTEMPT: &str = "billing-sign-in";

/// Where people prove who they are.
#[derive(Debug)]
enum Way {
    OpenId(Box<OpenId>),
    External(External),
}

/// Begins, recognises and ends sessions.
#[derive(Debug)]
pub(crate) struct SignIn {
    cookies: Cookies,
    own_page: OwnPage,
    sessions: Sessions,
    attempts: Attempts,
    way: Option<Way>,
    clock: Arc<dyn Clock>,
}

impl SignIn {
    /// For a server that browsers reach at `backend`; `secret` is that of tokens.
    pub(crate) fn new(
        config: &config::SignIn,
        secret: &Secret,
        backend: &Url,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BoxError> {
        let way = match &config.way {
            Some(config::Way::OpenId(provider)) => {
                Some(Way::OpenId(Box::new(OpenId::new(provider, backend)?)))
            }
            Some(config::Way::External(login)) => Some(Way::External(External::new(login, backend)?)),
            None => None,
        };
        Ok(Self {
            cookies: Cookies::new(backend),
            own_page: OwnPage::new(backend),
            sessions: Sessions::new(secret, TimeDelta::from_std(config.session_life)?),
            attempts: Attempts::new(secret),
            way,
            clock,
        })
    }

    /// The kind of the way to sign in, where there is one.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        match self.way.as_ref()? {
            Way::OpenId(_) => Some("oidc"),
            Way::External(_) => Some("external"),
        }
    }

    /// The session that a request comes with, if it does and the session has not ended.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Session> {
        self.sessions.read(self.cookies.read(headers, SESSION)?, self.clock.now())
    }

    /// The session that a request is made in.
    ///
    /// # Errors
    /// 403 `CSRF_REFUSED` when it would change something and was not made by the dashboard: another site could have had
    /// the browser make it.
    pub(crate) fn acting_session(
        &self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Option<Session>, ApiError> {
        let Some(session) = self.session(headers) else { return Ok(None) };
        if ![Method::GET, Method::HEAD].contains(method) {
            self.demand_dashboard(headers)?;
        }
        Ok(Some(session))
    }

    /// # Errors
    /// 403 `CSRF_REFUSED` when a request was not made by the dashboard.
    pub(crate) fn demand_dashboard(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if self.own_page.is_dashboard(headers) {
            return Ok(());
        }
        let message = "with a cookie, this can be asked by the dashboard of this server alone: it sends \
            X-Requested-With: billing-dashboard from the server's own origin; programs bring a token";
        Err(ApiError::new(StatusCode::FORBIDDEN, "CSRF_REFUSED", message))
    }

    /// # Errors
    /// 403 `CSRF_REFUSED` when a browser says that a form was on a page of another site.
    pub(crate) fn refuse_foreign_form(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if self.own_page.made(headers) == Some(false) {
            let message = "this form can be sent by pages of this server alone";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "CSRF_REFUSED", message));
        }
        Ok(())
    }

    /// A session for somebody who has proven who he is, by `not_after` at the latest, and the cookie that keeps it.
    pub(crate) fn begin(
        &self,
        person: Person,
        not_after: Option<DateTime<Utc>>,
    ) -> Result<(Session, HeaderValue), BoxError> {
        let session = self.sessions.begin(person, self.clock.now(), not_after);
        let life = (session.expires_at - session.signed_in_at).to_std().unwrap_or_default();
        let cookie = self.cookies.set(SESSION, &self.sessions.write(&session)?, life)?;
        Ok((session, cookie))
    }

    /// Has the browser forget its session.
    pub(crate) fn end(&self) -> Result<HeaderValue, BoxError> {
        self.cookies.forget(SESSION)
    }

    /// Where a browser signs in, and the cookie by which it is known again when it comes back.
    pub(crate) async fn leave(&self, return_to: LocalPath) -> Result<(String, HeaderValue), SignInError> {
        let way = self.way.as_ref().ok_or_else(no_way)?;
        let ours = SignInError::Unavailable;
        let (attempt, sealed) = self.attempts.begin(return_to, self.clock.now()).map_err(ours)?;
        let address = match way {
            Way::OpenId(provider) => provider.address(&attempt).await?,
            Way::External(platform) => platform.address(&attempt),
        };
        Ok((address, self.cookies.set(ATTEMPT, &sealed, attempt::LIFE).map_err(ours)?))
    }

    /// The attempt that a browser has left with.
    pub(crate) fn attempt(&self, headers: &HeaderMap) -> Option<Attempt> {
        self.attempts.read(self.cookies.read(headers, ATTEMPT)?, self.clock.now())
    }

    /// Has the browser forget its attempt.
    pub(crate) fn forget_attempt(&self) -> Result<HeaderValue, BoxError> {
        self.cookies.forget(ATTEMPT)
    }

    /// Ends an attempt with what the provider has said: `error`, or a code that tells who has signed in.
    pub(crate) async fn arrive_with_code(
        &self,
        attempt: &Attempt,
        back: Arrival<'_>,
    ) -> Result<Person, SignInError> {
        let Some(Way::OpenId(provider)) = &self.way else { return Err(no_way()) };
        demand_state(attempt, back)?;
        // First, so that who has to come again can come again.
        let _turn = provider.turn().await?;
        self.attempts.end(attempt, self.clock.now())?;
        match (back.error, back.proof) {
            (Some(error), _) => Err(SignInError::told(error)),
            (None, Some(code)) => provider.person(attempt, code, back.issuer).await,
            (None, None) => Err(SignInError::refused("there is no code")),
        }
    }

    /// Ends an attempt with what the platform has said: `error`, or a token, which is to be verified.
    pub(crate) fn arrive_with_token<'a>(
        &self,
        attempt: &Attempt,
        back: Arrival<'a>,
    ) -> Result<&'a str, SignInError> {
        let Some(Way::External(_)) = &self.way else { return Err(no_way()) };
        demand_state(attempt, back)?;
        self.attempts.end(attempt, self.clock.now())?;
        match (back.error, back.proof) {
            (Some(error), _) => Err(SignInError::told(error)),
            (None, Some(token)) => Ok(token),
            (None, None) => Err(SignInError::refused("there is no token")),
        }
    }
}

/// What a browser brings back.
#[derive(Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) state: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    /// Who says so, where that is said.
    pub(crate) issuer: Option<&'a str>,
    /// A code or a token.
    pub(crate) proof: Option<&'a str>,
}

/// That a browser brings what it left with. Any site can have it leave, and then send it here with what is not its own: a
/// token of somebody else, whose account it would top up.
fn demand_state(attempt: &Attempt, back: Arrival<'_>) -> Result<(), SignInError> {
    if back.state.is_some_and(|state| attempt.expects(state)) {
        return Ok(());
    }
    Err(SignInError::Expired("the state is missing or another one"))
}

fn no_way() -> SignInError {
    SignInError::Unavailable("nobody signs in in this way here".into())
}
