//! Who is calling: the subject of a signed token, whoever has signed in with a browser, or a service with a key.
mod api_key;
mod key_ring;
mod sightings;
mod token;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use billing_core::{AccountId, KeyScope};
use billing_tower::Payer;
use http::{HeaderValue, header, request::Parts};

pub use self::token::{Identity, Subject, TokenError, TokenVerifier, sign};
pub(crate) use self::{
    api_key::KeySecret,
    key_ring::{KEY_LIFE_AFTER_END, KeyRing},
    sightings::Sightings,
};
use crate::{App, error::ApiError};

/// The account that a request is made for: that of its token, else of its browser's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(
    /// The account.
    pub AccountId,
);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self(Identity::from_request_parts(parts, app).await?.account))
    }
}

impl FromRequestParts<Arc<App>> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        // A token that is not good is never made up for by a cookie.
        let identity = if parts.headers.contains_key(header::AUTHORIZATION) {
            app.tokens.verify(bearer(parts).ok_or_else(unauthorized)?)?
        } else {
            app.sign_in.acting_session(&parts.method, &parts.headers)?.ok_or_else(unauthorized)?.into()
        };
        if let Some(sighting) = &identity.sighting {
            app.sightings.note(sighting.clone()).await;
        }
        Ok(identity)
    }
}

fn unauthorized() -> ApiError {
    let message = "this needs the header Authorization: Bearer, with a token; in a browser, sign in";
    ApiError::unauthorized("UNAUTHORIZED", message)
}

/// Refuses calls in a browser's session where only a token will do.
pub(crate) async fn demand_token(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let headers = request.headers();
    let has_key = !matches!(api_key::presented(headers), Ok(None));
    if !has_key && !headers.contains_key(header::AUTHORIZATION) && app.sign_in.session(headers).is_some() {
        let message = "the tools are called with a token of their own users, in the header Authorization: Bearer; \
            being signed in with a browser does not do";
        return Err(ApiError::unauthorized("TOKEN_NEEDED", message));
    }
    Ok(next.run(request).await)
}

/// The token of a request that carries exactly one.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    bearer_token(header)
}

fn bearer_token(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A service that may hold and take the money of any account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreflightService;

impl FromRequestParts<Arc<App>> for PreflightService {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let key = app.keys.service(&parts.headers).await?.ok_or_else(|| {
            let message = "this needs an API key, in the header X-API-Key or as Authorization: Bearer";
            ApiError::unauthorized("UNAUTHORIZED", message)
        })?;
        key.demand(KeyScope::Preflight)?;
        Ok(Self)
    }
}

/// Says who pays where the charge layer looks for it: the caller's account, or nobody when a service with an exempt key
/// calls. A key counts before a token, and one that is not good is refused whatever the token.
pub(crate) async fn identify(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    if let Some(key) = app.keys.service(&parts.headers).await? {
        key.demand(KeyScope::Exempt)?;
        api_key::strip(&mut parts.headers);
        parts.extensions.insert(Payer::Exempt { principal: key.name.to_string() });
    } else {
        let Caller(account) = Caller::from_request_parts(&mut parts, &app).await?;
        parts.extensions.insert(account);
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}
